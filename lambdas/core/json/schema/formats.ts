// The formats that schemas may ask for: each is checked in one pass over the text.
import ipaddr from 'ipaddr.js';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i;
const DURATION =
  /^P(?:\d+W|(?=\d|T\d)(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)?(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?)$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const MAILBOX = /^(?:"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"|[\w.!#$%&'*+/=?^`{|}~-]+)$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const POINTER = /^(?:\/(?:[^~/]|~0|~1)*)*$/;
const FRAGMENT = /^#(?:\/(?:[\w.!$&'()*+,;:=@-]|%[0-9a-f]{2}|~0|~1)*)*$/i;
const RELATIVE_POINTER = /^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/;
const VARIABLE = /^(?:\w|%[0-9a-f]{2})+(?:\.(?:\w|%[0-9a-f]{2})+)*(?::[1-9]\d{0,3}|\*)?$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const LITERAL = /^(?:[^\x00-\x20\x7f"<>%\\^`{|}]|%[0-9a-f]{2})*$/i;

/** RFC 3986, appendix B. */
const URI = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
const PATH = /^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*$/i;
const QUERY = /^(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*$/i;
const USER = /^(?:[\w.~!$&'()*+,;=:-]|%[0-9a-f]{2})*$/i;
const NAME = /^(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*$/i;
const FUTURE_ADDRESS = /^v[0-9a-f]+\.[\w.~!$&'()*+,;=:-]+$/i;

const MAX_EXPRESSION_LENGTH = 1_000;

export const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': (text) =>
    /^[t\s]$/i.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11)),
  duration: (text) => DURATION.test(text),
  uri: (text) => uriOf(text)?.scheme !== undefined,
  'uri-reference': (text) => uriOf(text) !== undefined,
  'uri-template': isUriTemplate,
  url: isUrl,
  email: isEmail,
  hostname: isHostname,
  ipv4: (text) => IPV4.test(text),
  ipv6: isIpv6,
  regex: isExpression,
  uuid: (text) => UUID.test(text),
  'json-pointer': (text) => POINTER.test(text),
  'json-pointer-uri-fragment': (text) => FRAGMENT.test(text),
  'relative-json-pointer': (text) => RELATIVE_POINTER.test(text),
};

function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = (DATE.exec(text) ?? []).slice(1).map(Number);
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}

/** RFC 3339, section 5.6: a 60th second is the last of a day in UTC. */
function isTime(text: string): boolean {
  const found = TIME.exec(text);
  if (!found) return false;
  const [hour = 0, minute = 0, second = 0] = found.slice(1, 4).map(Number);
  const [offsetHour, offsetMinute] = [Number(found[5] ?? 0), Number(found[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false;
  if (second < 60) return true;
  const offset = (found[4] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
  return (hour * 60 + minute - offset + 2 * 1440) % 1440 === 1439;
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}

function isIpv6(text: string): boolean {
  // Zones are no part of an address here, and 01 is no part of one that ends like an IPv4 address.
  return text.length <= 45 && !/%|[:.]0\d+\.|\.0\d+$/.test(text) && ipaddr.IPv6.isValid(text);
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [name, host] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || name.length > 64 || host.length > 253 || !MAILBOX.test(name)) return false;
  if (!name.startsWith('"') && /^\.|\.$|\.\./.test(name)) return false;
  if (!/^\[.*\]$/.test(host)) return isHostname(host);
  const address = host.slice(1, -1);
  return /^ipv6:/i.test(address) ? isIpv6(address.slice(5)) : IPV4.test(address);
}

/** Undefined if it is no reference of RFC 3986. */
function uriOf(text: string): { readonly scheme?: string; readonly host?: string } | undefined {
  const [, scheme, authority, path = '', query = '', fragment = ''] = URI.exec(text) ?? [];
  if (scheme !== undefined && !SCHEME.test(scheme)) return undefined;
  if (!PATH.test(path) || !QUERY.test(query) || !QUERY.test(fragment)) return undefined;
  // Without a scheme, what stands before a colon would be one; RFC 3986, section 4.2.
  if (scheme === undefined && /^[^/]*:/.test(path)) return undefined;
  const host = authority === undefined ? undefined : hostOf(authority);
  if (authority !== undefined && host === undefined) return undefined;
  return { ...(scheme === undefined ? {} : { scheme }), ...(host === undefined ? {} : { host }) };
}

function hostOf(authority: string): string | undefined {
  const at = authority.indexOf('@');
  if (at >= 0 && !USER.test(authority.slice(0, at))) return undefined;
  const rest = authority.slice(at + 1);
  const end = rest.startsWith('[') ? rest.indexOf(']') + 1 : rest.search(/:|$/);
  const host = rest.slice(0, end);
  if (!/^(?::\d*)?$/.test(rest.slice(end))) return undefined;
  if (!rest.startsWith('[')) return NAME.test(host) ? host : undefined;
  const address = host.slice(1, -1);
  return isIpv6(address) || FUTURE_ADDRESS.test(address) ? host : undefined;
}

/** What a browser opens: not of the standard, but common. */
function isUrl(text: string): boolean {
  const uri = uriOf(text);
  return /^(?:https?|ftp)$/i.test(uri?.scheme ?? '') && (uri?.host ?? '') !== '';
}

/** RFC 6570. */
function isUriTemplate(text: string): boolean {
  return text.split('{').every((part, index) => {
    if (index === 0) return LITERAL.test(part);
    const end = part.indexOf('}');
    const expression = part.slice(0, end).replace(/^[+#./;?&=,!@|]/, '');
    return (
      end >= 0 &&
      expression.split(',').every((variable) => VARIABLE.test(variable)) &&
      LITERAL.test(part.slice(end + 1))
    );
  });
}

function isExpression(text: string): boolean {
  // \Z is an anchor of other languages.
  if (text.length > MAX_EXPRESSION_LENGTH || /[^\\]\\Z/.test(text)) return false;
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
