import { BlockList, isIP, SocketAddress } from 'node:net';
import { invalidPattern } from './json.ts';

const BITS = { ipv4: 32, ipv6: 128 };

/** The family of an address as EventBridge knows them: without zones and dots in IPv6. */
function familyOf(text: string): keyof typeof BITS | undefined {
  if (isIP(text) === 4) return 'ipv4';
  return isIP(text) === 6 && !/[.%]/.test(text) ? 'ipv6' : undefined;
}

/** An address in one spelling, any other text as it is: so is an address in a pattern's list of values compared. */
export const canonical = (text: string): string =>
  familyOf(text) === 'ipv6' ? new SocketAddress({ address: text, family: 'ipv6' }).address : text;

/** The test of `{"cidr": "10.0.0.0/24"}`. Throws InvalidEventPatternException for what is no CIDR block. */
export function cidrBlock(text: string): (address: string) => boolean {
  const [base = '', mask = '', ...more] = text.split('/');
  if (mask === '' || more.length > 0) throw invalidPattern("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d+$/.test(mask)) throw invalidPattern('Malformed CIDR, mask bits must be an integer');
  const bits = Number(mask);
  if (bits < 0) throw invalidPattern('Malformed CIDR, mask bits must not be negative');
  const family = familyOf(base);
  if (family === undefined) {
    const looksLikeAddress = /^\d+\.\d+\.\d+\.\d+$/.test(base) || /^[\da-f:]*:[\da-f:]*$/i.test(base);
    throw invalidPattern(`${looksLikeAddress ? 'Invalid' : 'Nonstandard'} IP address: ${base}`);
  }
  // EventBridge has no /32 and /128: https://github.com/aws/event-ruler (CIDR.java)
  if (bits >= BITS[family]) throw invalidPattern(`IPv${family.slice(-1)} mask bits must be < ${BITS[family]}`);
  const block = new BlockList();
  block.addSubnet(base, bits, family);
  return (address) => familyOf(address) === family && block.check(address, family);
}
