// IP addresses in content filters: networks, and addresses that are the same in another spelling.
const IPV4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/;
const IPV6 = /^[0-9a-fA-F:]{2,39}$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

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
  const groups = IPV6.test(text) ? groupsOf(text) : undefined;
  if (!groups?.every((group) => GROUP.test(group))) return undefined;
  const bytes = groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff;
  return isMapped && bytes[11] === 0xff ? bytes.slice(12) : bytes;
}

/** The eight groups of RFC 4291, section 2.2, of which `::` stands for one or more. */
function groupsOf(text: string): string[] | undefined {
  const halves = text.split('::');
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length > 2 || (tail ? missing < 1 : missing !== 0)) return undefined;
  return [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
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
