// Does to each call of a function what the run's plan says, and writes down what it did. The calls are
// found by running: every method of every port that an instance was given counts as a call site.
import type { Copy, QueueConditions } from '../../local/simulation/memory/queue.ts';
import type { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { randomFrom } from '../../local/simulation/world.ts';
import { type FaultKind, type FaultLog, type Subject, subjectOf } from './fault-log.ts';
import { type Instance, never } from './instances.ts';
import type { Plan } from './plan.ts';

export class InjectedError extends Error {}

/** What may happen to a call beside the end of its function. */
export interface CallNature {
  readonly kinds: readonly FaultKind[];
  /** A call that is rarely made fails so many times as often. */
  readonly weight?: number;
  /** What the call itself is about, beside what its function was invoked for. */
  readonly subjects?: readonly Subject[];
  /** For a batch: so many entries are answered as refused, without effect. */
  readonly refuse?: (random: () => number) => Promise<unknown>;
  /** Lets another writer be faster, honestly. */
  readonly race?: () => Promise<unknown>;
}

const SECRETS_AWAY_MS = 60_000;
const SLOW_MS = 20_000;

export class Injector {
  /** How often each site was called: the recording. */
  readonly sites = new Map<string, number>();
  private readonly plan: Plan;
  private readonly clock: VirtualClock;
  private readonly startMs: number;
  private readonly log: FaultLog;
  private readonly random: () => number;

  constructor(plan: Plan, clock: VirtualClock, log: FaultLog) {
    this.plan = plan;
    this.clock = clock;
    this.startMs = clock.nowMs;
    this.log = log;
    this.random = randomFrom(plan.seed ^ 0xfa17);
  }

  async call(
    instance: Instance,
    name: string,
    nature: CallNature,
    invoke: () => Promise<unknown>,
  ): Promise<unknown> {
    if (instance.isOver) return never();
    const site = `${instance.functionName}: ${name}`;
    const nth = (this.sites.get(site) ?? 0) + 1;
    this.sites.set(site, nth);
    const subjects = [...instance.subjects, ...(nature.subjects ?? [])];
    const struck = this.plan.strikes.find((strike) => strike.site === site && strike.nth === nth);
    if (struck) return this.strike(struck.when, instance, site, subjects, invoke);
    if (name.startsWith('secrets.') && this.areSecretsAway()) {
      this.add('secrets away', site, instance.subjects);
      throw new InjectedError('Secrets Manager is away');
    }
    if (this.isLedgerAway(instance, name)) {
      this.add('throttled', site, subjects);
      throw new InjectedError('DynamoDB is away');
    }
    const kinds: readonly FaultKind[] = [
      'killed before a call',
      'killed after a call',
      'timed out after a call took effect',
      'slow',
      ...nature.kinds,
      ...nature.kinds,
    ];
    const kind = this.draw(kinds, nature.weight);
    if (kind === undefined) return this.carryOut(instance, invoke);
    switch (kind) {
      case 'killed before a call':
        return this.strike('before', instance, site, subjects, invoke);
      case 'killed after a call':
        return this.strike('after', instance, site, subjects, invoke);
      case 'timed out after a call took effect':
        return this.strike('timeout', instance, site, subjects, invoke);
      case 'slow':
        this.add(kind, site, subjects);
        await this.clock.sleep(this.random() * SLOW_MS);
        return instance.isOver ? never() : this.carryOut(instance, invoke);
      case 'answer of a write lost':
        this.add(kind, site, subjects);
        await this.carryOut(instance, invoke);
        throw new InjectedError('no answer came');
      case 'write repeated, so that its condition failed':
        this.add(kind, site, subjects);
        await this.carryOut(instance, invoke);
        return this.carryOut(instance, invoke);
      case 'condition failed by another writer':
        this.add(kind, site, subjects);
        await nature.race?.();
        return this.carryOut(instance, invoke);
      case 'items unprocessed':
      case 'batch partly refused':
        this.add(kind, site, subjects);
        return nature.refuse ? nature.refuse(this.random) : this.carryOut(instance, invoke);
      default:
        // Throttled, refused: an error without effect.
        this.add(kind, site, subjects);
        throw new InjectedError(kind);
    }
  }

  /** What happens to the messages of a queue. */
  conditions(queue: string, visibilityMs: number): QueueConditions {
    return {
      onSend: (body) => this.copies(queue, body),
      onReceive: (body) => {
        const kind = this.draw(['message visible again too early', 'deletion lost']);
        if (kind) this.add(kind, queue, [subjectOf(body)]);
        return {
          visibilityMs: kind?.startsWith('message') ? this.random() * 10_000 : visibilityMs,
          isDeleteLost: kind === 'deletion lost',
        };
      },
      place: () => {
        if (!this.draw(['message out of order'])) return 1;
        this.add('message out of order', queue, []);
        return this.random();
      },
    };
  }

  /** How late each firing of a schedule is. */
  firings(name: string): readonly number[] {
    const kind = this.draw(['schedule lost', 'schedule doubled', 'schedule late'], 4);
    if (kind) this.add(kind, 'Scheduler', [`*|${name}`]);
    if (kind === 'schedule lost') return [];
    if (kind === 'schedule doubled') return [0, this.random() * 60_000];
    return [kind === 'schedule late' ? this.random() * 20 * 60_000 : 0];
  }

  /** Written down by whoever does it. */
  add(kind: FaultKind, site: string, subjects: readonly Subject[]): void {
    this.log.add(kind, this.clock.nowMs, site, subjects);
  }

  get isNoisy(): boolean {
    return this.sinceStartMs < this.plan.noiseEndsMs;
  }

  private get sinceStartMs(): number {
    return this.clock.nowMs - this.startMs;
  }

  private copies(queue: string, body: string): readonly Copy[] {
    const kind = this.draw(['message twice', 'message in two functions at once', 'message late']);
    if (kind) this.add(kind, queue, [subjectOf(body)]);
    const isCountedAlone = this.random() < 0.5;
    switch (kind) {
      case 'message twice':
        return [{ laterMs: 0 }, { laterMs: this.random() * 120_000, isCountedAlone }];
      case 'message in two functions at once':
        return [{ laterMs: 0 }, { laterMs: this.random() * 50, isCountedAlone }];
      case 'message late':
        return [{ laterMs: this.random() * 10 * 60_000 }];
      default:
        return [{ laterMs: 0 }];
    }
  }

  private draw(kinds: readonly FaultKind[], weight = 1): FaultKind | undefined {
    if (!this.isNoisy || this.random() >= this.plan.noise * weight) return undefined;
    return kinds[Math.floor(this.random() * kinds.length)];
  }

  private isLedgerAway({ functionName }: Instance, name: string): boolean {
    const { outageOf, outageUntilMs } = this.plan;
    const isAway = functionName === outageOf && this.sinceStartMs < outageUntilMs;
    return isAway && /^(ledger|directory)\./.test(name);
  }

  private areSecretsAway(): boolean {
    const fromMs = this.plan.secretsAwayFromMs;
    if (fromMs === undefined) return false;
    const sinceMs = this.sinceStartMs - fromMs;
    return sinceMs >= 0 && sinceMs < SECRETS_AWAY_MS;
  }

  private async strike(
    when: 'before' | 'after' | 'timeout',
    instance: Instance,
    site: string,
    subjects: readonly Subject[],
    invoke: () => Promise<unknown>,
  ): Promise<never> {
    if (when === 'before') {
      this.add('killed before a call', site, subjects);
      instance.end();
      return never();
    }
    await this.carryOut(instance, invoke);
    if (when === 'after') {
      this.add('killed after a call', site, subjects);
      instance.end();
      return never();
    }
    const atReceiver = site.endsWith('sender.send');
    this.add(
      atReceiver ? 'timed out after the receiver accepted' : 'timed out after a call took effect',
      site,
      subjects,
    );
    return never();
  }

  private async carryOut(instance: Instance, invoke: () => Promise<unknown>): Promise<unknown> {
    const answer = await invoke();
    return instance.isOver ? never() : answer;
  }
}
