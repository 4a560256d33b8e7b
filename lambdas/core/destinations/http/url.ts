// The destination guard: which URLs may be endpoints. The same code serves saving, testing and
// delivering; the sender applies the address rules (addresses.ts) to every connection.

import type { Environment } from '../../scope.ts';
import { type AddressRules, judgeAddress, parseAddress } from './addresses.ts';
import { coversName, NO_LISTS } from './lists.ts';

export { judgeAddress } from './addresses.ts';

export const MAX_URL_LENGTH = 2048;
/** RFC 1035, section 2.3.4. */
const MAX_NAME_LENGTH = 253;

/** The first three are what only the embedded runtime relaxes, each on its own. */
export interface DestinationRules extends AddressRules {
  readonly allowHttp: boolean;
  readonly allowedPorts: 'any' | readonly number[];
  /** Whether the stack sends e-mail: its operator sets it up. */
  readonly sendsMail?: boolean;
}

/** The rules of a deployed stack unless its configuration adds to them. */
export const STRICT_RULES: DestinationRules = {
  allowHttp: false,
  allowPrivate: false,
  allowedPorts: [443, 8443],
};

/** The rules for endpoints of one environment: the stack may allow plain HTTP in `test`. */
export function rulesFor(rules: DestinationRules, environment: Environment): DestinationRules {
  const isOpened = environment === 'test' && rules.lists?.testAllowsHttp === true;
  return isOpened ? { ...rules, allowHttp: true } : rules;
}

/**
 * Names that never lead outside: special-use names (RFC 6761, 6762, 8375, 9476), the infrastructure
 * domain, and what clouds, containers and routers use inside.
 */
const INNER_SUFFIXES = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'arpa',
  'test',
  'invalid',
  'example',
  'onion',
  'alt',
  'svc',
  'consul',
  'docker',
];

type UrlVerdict =
  | { readonly kind: 'allowed'; readonly url: URL }
  | { readonly kind: 'refused'; readonly reason: string };

/** Judges a URL without looking anything up; literal addresses are judged here too, names are not. */
export function judgeUrl(text: string, rules: DestinationRules): UrlVerdict {
  const fault = findTextFault(text, rules);
  if (fault !== undefined) return refuse(fault);
  const url = URL.parse(text);
  if (!url) return refuse('is not a valid URL');
  // Escapes and Punycode make it longer.
  if (url.href.length > MAX_URL_LENGTH) return refuse(TOO_LONG);
  if (url.protocol !== 'https:' && !rules.allowHttp) return refuse('must be an https:// URL');
  if (url.username !== '' || url.password !== '') return refuse('must not hold credentials');
  const port = portOf(url);
  if (port === 0) return refuse('must not use port 0');
  if (rules.allowedPorts !== 'any' && !rules.allowedPorts.includes(port)) {
    return refuse(`must use one of the ports ${rules.allowedPorts.join(', ')}, not ${port}`);
  }
  const host = hostOf(url);
  const isAddress = parseAddress(host) !== undefined;
  const hostFault = isAddress ? findLiteralFault(text, host, rules) : findNameFault(host, rules);
  return hostFault === undefined ? { kind: 'allowed', url } : refuse(hostFault);
}

const TOO_LONG = `must be at most ${MAX_URL_LENGTH} characters`;
const refuse = (reason: string): UrlVerdict => ({ kind: 'refused', reason });

/** What the URL parser would mend in silence, so that others may read the same text differently. */
function findTextFault(text: string, rules: DestinationRules): string | undefined {
  if (text.length > MAX_URL_LENGTH) return TOO_LONG;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the URL parser drops tabs and newlines in silence
  if (/[\s\u0000-\u0020\u007f-\u009f\\]/.test(text))
    return 'must not hold spaces, control characters or backslashes';
  if (!text.isWellFormed()) return 'must be well-formed Unicode';
  if (!/^https?:\/\//i.test(text)) {
    return `must be an absolute ${rules.allowHttp ? 'http:// or ' : ''}https:// URL`;
  }
  if (/^https?:\/\/(\/|$)/i.test(text)) return 'is not a valid URL';
  if (/^https?:\/\/[^/?#]*@/i.test(text)) return 'must not hold credentials';
  if (text.includes('#')) return 'must not hold a fragment';
  return undefined;
}

function findLiteralFault(text: string, host: string, rules: DestinationRules): string | undefined {
  if (judgeAddress(host, rules) === 'refused') {
    return 'must not lead to a private or reserved address';
  }
  // 0127.0.0.1 is 87.0.0.1 to the URL standard, and 127.0.0.1 to some resolvers and to people.
  const isPlain =
    host.includes(':') || /^https?:\/\/([0-9.]+)(?=[:/?]|$)/i.exec(text)?.[1] === host;
  return isPlain || rules.allowPrivate
    ? undefined
    : 'must spell an IPv4 address as four decimal numbers';
}

/** @param host after IDNA processing: in lower case, with Punycode for characters outside ASCII */
function findNameFault(host: string, rules: DestinationRules): string | undefined {
  const name = host.replace(/\.$/, '');
  if (name === '' || name.length > MAX_NAME_LENGTH) return 'must have a valid host name';
  const labels = name.split('.');
  if (!labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label)))
    return 'must have a valid host name';
  const lists = rules.lists ?? NO_LISTS;
  if (coversName([...lists.denyNames, ...lists.ownHosts], name)) {
    return 'must not lead to a host that this service does not send to';
  }
  if (rules.allowPrivate || coversName(lists.allowNames, name)) return undefined;
  if (labels.length === 1) return 'must have a fully qualified host name';
  const inner = INNER_SUFFIXES.find((suffix) => coversName([suffix], name));
  return inner === undefined ? undefined : `must not lead to a .${inner} name`;
}

/** The host without an IPv6 literal's brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
