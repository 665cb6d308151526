import { isIP } from 'node:net';
import { InvalidPattern } from './invalidPattern.ts';

/** An address as its 4 or 16 bytes; undefined for what is no IP address. */
export function addressBytes(text: string): readonly number[] | undefined {
  if (isIP(text) === 4) return text.split('.').map(Number);
  if (isIP(text) !== 6 || !/^[\da-f:]+$/i.test(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}

/** Whether two texts are the same address in any spelling: how an address in a pattern's list of values is compared. */
export function sameAddress(left: string, right: string): boolean {
  const bytes = addressBytes(left);
  return bytes !== undefined && bytes.join() === addressBytes(right)?.join();
}

/** The test of `{"cidr": "10.0.0.0/24"}`. Throws {@link InvalidPattern} for what is no CIDR block. */
export function cidrBlock(text: string): (address: string) => boolean {
  const [base = '', mask = '', ...more] = text.split('/');
  if (mask === '' || more.length > 0) throw new InvalidPattern("Malformed CIDR, one '/' required");
  const bits = maskBits(mask);
  const bytes = addressBytes(base);
  if (bytes === undefined) {
    throw new InvalidPattern(`${looksLikeAddress(base) ? 'Invalid' : 'Nonstandard'} IP address: ${base}`);
  }
  // EventBridge has no /32 and /128: https://github.com/aws/event-ruler (CIDR.java)
  if (bits >= bytes.length * 8) {
    throw new InvalidPattern(`IPv${bytes.length === 4 ? 4 : 6} mask bits must be < ${bytes.length * 8}`);
  }
  const network = prefix(bytes, bits);
  return (address) => {
    const candidate = addressBytes(address);
    return candidate?.length === bytes.length && prefix(candidate, bits) === network;
  };
}

function maskBits(mask: string): number {
  if (!/^[+-]?\d+$/.test(mask)) throw new InvalidPattern('Malformed CIDR, mask bits must be an integer');
  if (Number(mask) < 0) throw new InvalidPattern('Malformed CIDR, mask bits must not be negative');
  return Number(mask);
}

const prefix = (bytes: readonly number[], bits: number): string =>
  bytes
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, bits);

const looksLikeAddress = (text: string): boolean =>
  /^\d+\.\d+\.\d+\.\d+$/.test(text) || /^[\da-f:]*:[\da-f:]*$/i.test(text);
