// What is done to calls below the SDK: one strike per site and run, and noise besides.
import type { FaultKind } from '../fault-log.ts';
import { BATCHES } from './batches.ts';
import type { ProxiedCall, Treatment } from './fault-proxy.ts';

/** At a site, for one run: what is done to its nth call. */
export interface Strike {
  readonly tenant: string;
  readonly site: string;
  readonly nth: number;
  readonly treatment: Treatment;
  readonly fault: FaultKind;
  seen: number;
}

/** Sites that nothing was done to yet come first. */
export function newStrike(
  tenant: string,
  sites: readonly string[],
  random: () => number,
  struck: ReadonlySet<string>,
): Strike {
  const pick = <T>(entries: readonly T[]): T | undefined =>
    entries[Math.floor(random() * entries.length)];
  const left = sites.filter((site) => !struck.has(site));
  const site = pick(left.length > 0 && random() < 0.7 ? left : sites) ?? '';
  const operation = site.split(' ')[1] ?? '';
  const kinds: { treatment: Treatment; fault: FaultKind }[] = healsSlowly(site)
    ? mildFaults(operation)
    : [
        { treatment: { kind: 'kill', when: 'before' }, fault: 'killed before a call' },
        { treatment: { kind: 'kill', when: 'after' }, fault: 'killed after a call' },
        ...faultsOf(operation),
      ];
  const chosen = pick(kinds) ?? { treatment: { kind: 'none' }, fault: 'slow' };
  return { tenant, site, nth: 1 + Math.floor(random() * 3), seen: 0, ...chosen };
}

export function drawnFault(call: ProxiedCall, random: () => number) {
  const kinds = healsSlowly(call.site) ? mildFaults(call.operation) : faultsOf(call.operation);
  const none = { treatment: { kind: 'none' } as Treatment, fault: 'slow' as FaultKind };
  return kinds[Math.floor(random() * kinds.length)] ?? none;
}

/**
 * What wake had taken when it died is found again after ten minutes and more: by design, and too long for
 * runs in real time. The runs in virtual time have it.
 */
function healsSlowly(site: string): boolean {
  return site.startsWith('wake') || site.startsWith('sweep');
}

/** What the SDK makes up for by itself. */
function mildFaults(operation: string): ReturnType<typeof faultsOf> {
  return faultsOf(operation).filter(
    ({ treatment: { kind } }) => kind === 'delay' || kind === 'refuse',
  );
}

const CONDITIONAL = ['PutItem', 'UpdateItem'];

/** What may happen to a call beside its function's end. */
function faultsOf(operation: string): { treatment: Treatment; fault: FaultKind }[] {
  const slow = { treatment: { kind: 'delay' as const, ms: 900 }, fault: 'slow' as const };
  const lost = {
    treatment: { kind: 'lose answer' as const },
    // The SDK sends it again, and finds its own write there.
    fault: CONDITIONAL.includes(operation)
      ? ('write repeated, so that its condition failed' as const)
      : ('answer of a write lost' as const),
  };
  const refusal = (status: number, code: string, fault: FaultKind) => ({
    treatment: { kind: 'refuse' as const, status, code },
    fault,
  });
  const part = (fault: FaultKind) => ({ treatment: { kind: 'part' as const }, fault });
  const messages = (change: 'double' | 'late', fault: FaultKind) => ({
    treatment: { kind: 'messages' as const, change },
    fault,
  });
  switch (operation) {
    case 'SendMessageBatch':
      return [
        slow,
        lost,
        part('batch partly refused'),
        refusal(400, 'RequestThrottled', 'send refused'),
        messages('double', 'message twice'),
        messages('late', 'message late'),
        messages('late', 'message out of order'),
      ];
    case 'ChangeMessageVisibility':
      return [slow, refusal(400, 'RequestThrottled', 'throttled')];
    case 'CreateSchedule':
      return [
        slow,
        lost,
        refusal(402, 'ServiceQuotaExceededException', 'schedule refused by quota'),
      ];
    case 'GetSecretValue':
    case 'Invoke':
      return [slow];
    default: {
      const throttled = refusal(400, 'ProvisionedThroughputExceededException', 'throttled');
      const batch = BATCHES.includes(operation) ? [part('items unprocessed')] : [];
      return [slow, lost, throttled, ...batch];
    }
  }
}
