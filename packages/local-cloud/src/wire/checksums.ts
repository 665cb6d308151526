import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Checksum {
  update(bytes: Buffer): void;
  digest(): string;
}

/** The checksums of S3 that its clients send of themselves, by the lower-case name that headers carry; base64. */
export const CHECKSUMS: Readonly<Record<string, () => Checksum>> = {
  crc32: crc32Checksum,
  crc64nvme: crc64Checksum,
  sha256: () => hash('sha256', 'base64'),
};

export function hash(algorithm: string, encoding: 'base64' | 'hex'): Checksum {
  const state = createHash(algorithm);
  return { update: (bytes) => void state.update(bytes), digest: () => state.digest(encoding) };
}

function crc32Checksum(): Checksum {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: () => base64(value),
  };
}

/** CRC-64/NVME in two 32-bit halves: BigInt would be far too slow for large objects. */
function crc64Checksum(): Checksum {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const index = ((low ^ byte) & 255) * 2;
        low = ((low >>> 8) | (high << 24)) ^ (CRC64_TABLE[index + 1] ?? 0);
        high = (high >>> 8) ^ (CRC64_TABLE[index] ?? 0);
      }
    },
    digest: () => base64(~high, ~low),
  };
}

const CRC64_TABLE = new Uint32Array(512);
for (let byte = 0; byte < 256; byte += 1) {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) value = (value >> 1n) ^ (value & 1n ? 0x9a6c9329ac4bc9b5n : 0n);
  CRC64_TABLE.set([Number(value >> 32n), Number(value & 0xffffffffn)], byte * 2);
}

/** Of big-endian 32-bit words. */
function base64(...words: number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word >>> 0, index * 4);
  return bytes.toString('base64');
}
