import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../aws.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

/** Layout: version (1 byte), key id (16), nonce (12), tag (16), then AES-256-GCM ciphertext. */
const VERSION = 1;
const HEADER = 1 + 16 + 12 + 16;

/** Ciphertext that names its key and opens only under the same encryption context. */
export function seal(keyId: string, material: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', material, nonce).setAAD(contextBytes(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const id = Buffer.from(keyId.replaceAll('-', ''), 'hex');
  return Buffer.concat([Buffer.of(VERSION), id, nonce, cipher.getAuthTag(), body]);
}

/** The id of the key that sealed it. */
export function keyIdOf(ciphertext: Buffer): string {
  if (ciphertext.length < HEADER || ciphertext[0] !== VERSION) throw invalid();
  const hex = ciphertext.subarray(1, 17).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function open(material: Buffer, ciphertext: Buffer, context: EncryptionContext): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', material, ciphertext.subarray(17, 29))
    .setAAD(contextBytes(context))
    .setAuthTag(ciphertext.subarray(29, HEADER));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(HEADER)), decipher.final()]);
  } catch (cause) {
    throw invalid(cause);
  }
}

/** KMS says nothing about why a ciphertext does not open. */
const invalid = (cause?: unknown): AwsError => new AwsError('InvalidCiphertextException', '', { cause });

/** The context's order carries no meaning. */
const contextBytes = (context: EncryptionContext): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
