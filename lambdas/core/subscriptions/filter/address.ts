// IP addresses in content filters: networks, and addresses that are the same in another spelling.
import ipaddr from 'ipaddr.js';

const IPV4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/;
const IPV6 = /^[0-9a-fA-F:]{2,39}$/;

export interface Address {
  /** The same of all spellings. */
  readonly text: string;
  readonly bytes: readonly number[];
}

interface Network {
  readonly address: readonly number[];
  readonly bits: number;
}

export function readAddress(text: string): Address | undefined {
  const bytes = addressBytes(text);
  return bytes && { text: bytes.join(), bytes };
}

/** 4 or 16 bytes; an IPv4 address mapped into IPv6 is the IPv4 address. */
function addressBytes(text: string): readonly number[] | undefined {
  if (IPV4.test(text)) {
    const bytes = text.split('.').map(Number);
    return bytes.every((byte) => byte <= 255) ? bytes : undefined;
  }
  if (!IPV6.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const address = ipaddr.IPv6.parse(text);
  return (address.isIPv4MappedAddress() ? address.toIPv4Address() : address).toByteArray();
}

/** An address and a prefix length, such as `10.0.0.0/8`. Bits after the prefix do not count. */
export function readNetwork(text: string): Network | undefined {
  const [base = '', length = '', ...more] = text.split('/');
  const address = addressBytes(base);
  if (!address || more.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  return bits <= address.length * 8 ? { address, bits } : undefined;
}

export function isInNetwork({ address, bits }: Network, candidate: readonly number[]): boolean {
  if (candidate.length !== address.length) return false;
  return address.every((byte, index) => {
    const wanted = Math.min(8, Math.max(0, bits - index * 8));
    const mask = (0xff << (8 - wanted)) & 0xff;
    return (byte & mask) === ((candidate[index] ?? 0) & mask);
  });
}
