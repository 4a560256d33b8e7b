// Names to addresses. The queries are this process's own: the system's resolver holds one of a few threads for
// each name whose servers do not answer, and with all of them every other look-up.

import { lookup, Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** All addresses of a name, IPv4 and IPv6; rejects with a code of `node:dns`. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Milliseconds; the second try takes twice as long. Together less than a look-up may take. */
const QUERIES = { timeout: 1_500, tries: 2 };
/** There is no such name, no such address, or no name server at all: the system may know it by other means. */
const FOR_THE_SYSTEM = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

/** A look-up by the system holds a thread, which others need, for as long as a name server likes. */
const SYSTEM_AT_ONCE = 2;

export function createResolve(
  resolver = new Resolver(QUERIES),
  systemLookup: typeof lookup = lookup,
): Resolve {
  let asked = 0;

  async function bySystem(name: string): Promise<readonly string[]> {
    if (asked >= SYSTEM_AT_ONCE) {
      throw Object.assign(new Error(`no look-up by the system for ${name}`), { code: 'EAGAIN' });
    }
    asked++;
    try {
      const answers = await systemLookup(name, { all: true, order: 'verbatim' });
      return answers.map(({ address }) => address);
    } finally {
      asked--;
    }
  }

  return async (name) => {
    const own = addressesOfHosts().get(name.toLowerCase());
    if (own) return own;
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (addresses.length > 0) return addresses;
    const failed = answers.find(
      (one) => one.status === 'rejected' && !FOR_THE_SYSTEM.has(one.reason.code),
    );
    if (failed?.status === 'rejected') throw failed.reason;
    return bySystem(name);
  };
}

let known: ReadonlyMap<string, readonly string[]> | undefined;

/** As they stand in the machine's list of hosts, which goes before every name server. */
function addressesOfHosts(): ReadonlyMap<string, readonly string[]> {
  known ??= parseHosts(hostsFile());
  return known;
}

/** A line: an address, and then its names; `#` begins a comment. */
export function parseHosts(file: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of file.replaceAll(/#.*/g, '').toLowerCase().split('\n')) {
    const [address = '', ...names] = line.trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) hosts.set(name, [...(hosts.get(name) ?? []), address]);
  }
  return hosts;
}

function hostsFile(): string {
  try {
    return readFileSync('/etc/hosts', 'utf8');
  } catch {
    return '';
  }
}

/** Concurrent look-ups of a name share the answer. */
export function shareLookUps(resolve: Resolve): Resolve {
  const underway = new Map<string, Promise<readonly string[]>>();
  return (name) => {
    const known = underway.get(name);
    if (known) return known;
    const answer = resolve(name).finally(() => underway.delete(name));
    underway.set(name, answer);
    return answer;
  };
}
