// Which addresses may be connected to: the one judge for literals in URLs and for a resolver's answers.
import ipaddr from 'ipaddr.js';
import { type Address, findCidr, findRange, NO_LISTS, type OperatorLists } from './lists.ts';

export interface AddressRules {
  /** Loopback, private and all other special-purpose addresses. */
  readonly allowPrivate: boolean;
  readonly lists?: OperatorLists;
}

/** Global unicast; the rest of IPv6 is special or not assigned (RFC 4291, section 2.4). */
const GLOBAL_UNICAST = '2000::/3';

/**
 * Judges one address: only globally reachable unicast may be connected to. IPv6 forms that carry an
 * IPv4 address are refused whole, whatever they carry: no receiver needs them.
 * @param address an IPv4 or IPv6 address in text; anything else is refused
 */
export function judgeAddress(address: string, rules: AddressRules): 'allowed' | 'refused' {
  return findAddressRefusal(address, rules) === undefined ? 'allowed' : 'refused';
}

/** Why an address may not be connected to, for the operator's log; undefined if it may. */
export function findAddressRefusal(text: string, rules: AddressRules): string | undefined {
  const address = parseAddress(text);
  if (!address) return 'no address';
  const lists = rules.lists ?? NO_LISTS;
  // A listed IPv4 address is closed in every form that leads to it.
  for (const form of [address, ...ipv4Within(address)]) {
    const denied = findCidr(lists.denyCidrs, form);
    if (denied !== undefined) return `denyCidrs: ${denied}`;
    const own = findCidr(lists.ownCidrs, form);
    if (own !== undefined) return `ownCidrs: ${own}`;
  }
  if (rules.allowPrivate) return undefined;
  return findSpecialPurpose(address, text, lists);
}

function findSpecialPurpose(
  address: Address,
  text: string,
  lists: OperatorLists,
): string | undefined {
  if (text.includes('%')) return 'an address with a zone';
  if (address instanceof ipaddr.IPv6 && isIsatap(address)) return 'ISATAP, RFC 5214';
  const special = findRange(address);
  if (special?.opening === 'never') return special.name;
  if (findCidr(lists.allowCidrs, address) !== undefined) return undefined;
  if (special) return special.name;
  if (address instanceof ipaddr.IPv6 && findCidr([GLOBAL_UNICAST], address) === undefined) {
    return 'not global unicast';
  }
  // A second opinion: what the library's table knows and ours does not.
  const range = address.range();
  return range === 'unicast' ? undefined : range;
}

/** Strict spellings only: the library takes 1, 127.1 and 0177.0.0.1 for addresses, a socket does not. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

/** RFC 5214, section 6.1: 00-00-5e-fe and the IPv4 address, with any universal and group bits. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return ((parts[4] ?? 0) & 0xfcff) === 0 && parts[5] === 0x5efe;
}

/** Every IPv4 address that an IPv6 address may lead to by a mapping or a tunnel. */
function ipv4Within(address: Address): ipaddr.IPv4[] {
  if (address instanceof ipaddr.IPv4) return [];
  const bytes = address.toByteArray();
  const at = (...indexes: number[]) => new ipaddr.IPv4(indexes.map((index) => bytes[index] ?? 0));
  const last = at(12, 13, 14, 15);
  if (isIsatap(address)) return [last];
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return [last];
    case 'rfc6052': // RFC 6052, section 2.2: at the end, or after 48 bits with a gap of 8
      return [last, at(6, 7, 9, 10)];
    case '6to4':
      return [at(2, 3, 4, 5)];
    case 'teredo': // the server, and the client, inverted
      return [at(4, 5, 6, 7), new ipaddr.IPv4(last.octets.map((octet) => octet ^ 0xff))];
    default:
      return findCidr(['::/96'], address) === undefined ? [] : [last];
  }
}
