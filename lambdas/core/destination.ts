// The destination guard's rules: which URLs may be endpoints, and which addresses may be connected to.
// The same rules serve saving, testing and delivering; the sender applies them to every connection.
import ipaddr from 'ipaddr.js';

export const MAX_URL_LENGTH = 2048;

/** The three things that only the embedded runtime relaxes, each on its own. */
export interface DestinationRules {
  readonly allowHttp: boolean;
  /** Loopback, private and all other special-purpose addresses. */
  readonly allowPrivate: boolean;
  readonly allowedPorts: 'any' | readonly number[];
}

/** The rules of a deployed stack unless its configuration adds ports. */
export const STRICT_RULES: DestinationRules = {
  allowHttp: false,
  allowPrivate: false,
  allowedPorts: [443, 8443],
};

/** Names that never lead outside: special-use names (RFC 6761, 6762, 8375) and cloud-internal ones. */
const INNER_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'test',
  'invalid',
  'example',
  'onion',
];

export type UrlVerdict =
  | { readonly kind: 'allowed'; readonly url: URL }
  | { readonly kind: 'refused'; readonly reason: string };

/** Judges a URL without looking anything up; literal addresses are judged here too, names are not. */
export function judgeUrl(text: string, rules: DestinationRules): UrlVerdict {
  const refuse = (reason: string): UrlVerdict => ({ kind: 'refused', reason });
  if (text.length > MAX_URL_LENGTH) return refuse(`must be at most ${MAX_URL_LENGTH} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the URL parser drops tabs and newlines in silence
  if (/[\s\u0000-\u0020\u007f\\]/.test(text))
    return refuse('must not hold spaces, control characters or backslashes');
  if (!/^https?:\/\//i.test(text)) return refuse('must be an absolute https:// URL');
  const url = URL.parse(text);
  if (!url) return refuse('is not a valid URL');
  if (url.protocol !== 'https:' && !rules.allowHttp) return refuse('must be an https:// URL');
  if (url.username !== '' || url.password !== '') return refuse('must not hold credentials');
  if (/^https?:\/\/[^/?#]*@/i.test(text)) return refuse('must not hold credentials');
  if (text.includes('#')) return refuse('must not hold a fragment');
  const port = portOf(url);
  if (rules.allowedPorts !== 'any' && !rules.allowedPorts.includes(port)) {
    return refuse(`must use one of the ports ${rules.allowedPorts.join(', ')}, not ${port}`);
  }
  return judgeHost(url, rules, refuse);
}

function judgeHost(
  url: URL,
  rules: DestinationRules,
  refuse: (reason: string) => UrlVerdict,
): UrlVerdict {
  const host = hostOf(url);
  if (host === '') return refuse('must have a host');
  if (ipaddr.isValid(host)) {
    return judgeAddress(host, rules) === 'allowed'
      ? { kind: 'allowed', url }
      : refuse('must not lead to a private or reserved address');
  }
  if (rules.allowPrivate) return { kind: 'allowed', url };
  const name = host.replace(/\.$/, '');
  if (!name.includes('.')) return refuse('must have a fully qualified host name');
  const inner = INNER_SUFFIXES.find((suffix) => name === suffix || name.endsWith(`.${suffix}`));
  return inner === undefined
    ? { kind: 'allowed', url }
    : refuse(`must not lead to a .${inner} name`);
}

/** The host without an IPv6 literal's brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/**
 * Judges one address: only globally reachable unicast may be connected to. IPv6 forms that carry an
 * IPv4 address are refused whole, whatever they carry: no receiver needs them.
 * @param address an IPv4 or IPv6 address in text; anything else is refused
 */
export function judgeAddress(
  address: string,
  rules: Pick<DestinationRules, 'allowPrivate'>,
): 'allowed' | 'refused' {
  if (!ipaddr.isValid(address)) return 'refused';
  if (rules.allowPrivate) return 'allowed';
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6) {
    // Global unicast is 2000::/3; what ipaddr.js calls unicast beyond it is not assigned.
    const global = parsed.match(ipaddr.IPv6.parse('2000::'), 3);
    return global && parsed.range() === 'unicast' ? 'allowed' : 'refused';
  }
  return parsed.range() === 'unicast' ? 'allowed' : 'refused';
}
