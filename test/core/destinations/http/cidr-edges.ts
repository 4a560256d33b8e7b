// The addresses at the edges of a CIDR, for tests of ranges.
import ipaddr from 'ipaddr.js';

/** The first, a middle and the last address, and the ones before and after them. */
export function edgesOf(cidr: string) {
  const [network, length] = ipaddr.parseCIDR(cidr);
  const bytes = network.toByteArray();
  const bits = bytes.length * 8;
  const first = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const last = first + (1n << BigInt(bits - length)) - 1n;
  const text = (value: bigint): string | undefined => {
    if (value < 0n || value >= 1n << BigInt(bits)) return undefined;
    const octets = bytes.map((_, index) =>
      Number((value >> BigInt(bits - 8 * (index + 1))) & 255n),
    );
    return ipaddr.fromByteArray(octets).toString();
  };
  return {
    inside: [text(first), text((first + last) / 2n), text(last)].filter((one) => one !== undefined),
    outside: [text(first - 1n), text(last + 1n)].filter((one) => one !== undefined),
  };
}
