// Names to addresses. The queries are this process's own: the system's resolver holds one of a few threads for
// each name whose servers do not answer, and with all of them every other look-up.

import { lookup, Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';

/** All addresses of a name, IPv4 and IPv6; rejects with a code of `node:dns`. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Milliseconds; the second try takes twice as long. Together less than a look-up may take. */
const QUERIES = { timeout: 1_500, tries: 2 };
/** There is no such name, no such address, or no name server at all: the system may know it by other means. */
const FOR_THE_SYSTEM = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']);

export function createResolve(resolver = new Resolver(QUERIES)): Resolve {
  return async (name) => {
    if (namesOfThisMachine().has(name.toLowerCase())) return bySystem(name);
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

async function bySystem(name: string): Promise<readonly string[]> {
  const answers = await lookup(name, { all: true, order: 'verbatim' });
  return answers.map(({ address }) => address);
}

let known: ReadonlySet<string> | undefined;

/** As they stand in its list of hosts, which goes before every name server. */
function namesOfThisMachine(): ReadonlySet<string> {
  known ??= new Set(hostsFile().replaceAll(/#.*/g, '').toLowerCase().split(/\s+/));
  return known;
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
