import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Checksum {
  update(bytes: Buffer): void;
  /** Base64, as in `x-amz-checksum-*`. */
  digest(): string;
}

/** The checksum algorithms of S3, by the lower-case name that headers carry. */
export const CHECKSUMS: Readonly<Record<string, () => Checksum>> = {
  crc32: () => crc((bytes, value) => crc32(bytes, value)),
  crc32c: () => crc(crc32c),
  crc64nvme: crc64nvme,
  sha1: () => hash('sha1'),
  sha256: () => hash('sha256'),
};

function hash(algorithm: string): Checksum {
  const state = createHash(algorithm);
  return { update: (bytes) => void state.update(bytes), digest: () => state.digest('base64') };
}

function crc(next: (bytes: Buffer, value: number) => number): Checksum {
  let value = 0;
  return {
    update: (bytes) => {
      value = next(bytes, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value >>> 0);
      return bytes.toString('base64');
    },
  };
}

const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

function crc32c(bytes: Buffer, previous: number): number {
  let value = ~previous;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC32C_TABLE[(value ^ byte) & 255] ?? 0);
  return ~value;
}

/** CRC-64/NVME in two 32-bit halves: BigInt would be far too slow for large objects. */
function crc64nvme(): Checksum {
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
    digest: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes.toString('base64');
    },
  };
}

const CRC64_TABLE = new Uint32Array(512);
for (let byte = 0; byte < 256; byte += 1) {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) value = (value >> 1n) ^ (value & 1n ? 0x9a6c9329ac4bc9b5n : 0n);
  CRC64_TABLE[byte * 2] = Number(value >> 32n);
  CRC64_TABLE[byte * 2 + 1] = Number(value & 0xffffffffn);
}
