// What a thin payload may carry of an event: identifiers and links, by an allow-list of names, and of
// values that are made by machines. Whatever else the event holds is left out.

const IDENTIFIERS = [
  'sessionId',
  'flowId',
  'stepId',
  'transactionId',
  'processId',
  'documentId',
  'dataBlockId',
  'resultId',
] as const;
const LINKS = ['self', 'session', 'flow', 'step', 'result', 'results', 'dataBlock', 'dataBlocks'];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A ULID: 48 bits of time and 80 random ones in Crockford's base 32. */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
/** `ses_42`: a prefix in lower case, and behind it something with a digit. No name, date or number. */
const PREFIXED = /^(?=[^0-9]*[0-9])[a-z][a-z0-9]{1,15}([_-][A-Za-z0-9]{1,64}){1,4}$/;
const MAX_IDENTIFIER_LENGTH = 128;

/** An https address without user, query and fragment, whose path holds plain segments only. */
const LINK =
  /^https:\/\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?(\/[A-Za-z0-9_-]{1,128}){0,16}\/?$/;
const MAX_LINK_LENGTH = 1024;

/** @param data a JSON object's source text */
export function thinFieldsOf(data: string): Record<string, unknown> {
  const given: unknown = JSON.parse(data);
  const fields: Record<string, unknown> = {};
  for (const name of IDENTIFIERS) {
    const value = own(given, name);
    if (isIdentifier(value)) fields[name] = value;
  }
  const links: Record<string, string> = {};
  const givenLinks = own(given, 'links');
  for (const name of LINKS) {
    const value = own(givenLinks, name);
    if (isLink(value)) links[name] = value;
  }
  return Object.keys(links).length === 0 ? fields : { ...fields, links };
}

function isIdentifier(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_IDENTIFIER_LENGTH) return false;
  return UUID.test(value) || ULID.test(value) || PREFIXED.test(value);
}

function isLink(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_LINK_LENGTH && LINK.test(value);
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
