// Does to each call of a function what the run's plan says, and writes down what it did. The calls are
// found by running: every call to a service counts as a call site.
import type { Copy, QueueConditions } from '../../local/simulation/memory/queue.ts';
import type { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import { idsIn, type ServiceCall, siteOf, targetOf } from '../../local/simulation/system/calls.ts';
import type { Conditions } from '../../local/simulation/system/conditions.ts';
import type { FunctionName } from '../../local/simulation/system/functions.ts';
import { type Instance, never, type Thaw } from '../../local/simulation/system/instances.ts';
import type { QueueName } from '../../local/simulation/system/queues.ts';
import { QUEUES } from '../../local/simulation/system/queues.ts';
import { alterationsOf, isWrite, natureOf } from './call-faults.ts';
import { type FaultKind, type FaultLog, type Subject, subjectOf } from './fault-log.ts';
import type { Away, Plan } from './plan.ts';

export class InjectedError extends Error {}

const MAX_CALL_MS = 50;
const FAILING_MS = { least: 100, more: 2_900 };
const SLOW_MS = 20_000;
const PAUSED_MS = 60_000;

export class Injector implements Conditions {
  /** How often each site was called: the recording. */
  readonly sites = new Map<string, number>();
  /** Invocations by function, and wake-ups by endpoint and hour. */
  readonly invocations = new Map<FunctionName, number>();
  readonly wakes = new Map<string, number>();
  readonly hasDeadLetters = true;
  private readonly plan: Plan;
  private readonly clock: VirtualClock;
  private readonly startMs: number;
  private readonly log: FaultLog;
  private readonly random: () => number;
  /** For what belongs to every run, so that a strike changes nothing before it. */
  private readonly always: () => number;

  constructor(plan: Plan, clock: VirtualClock, log: FaultLog) {
    this.plan = plan;
    this.clock = clock;
    this.startMs = clock.nowMs;
    this.log = log;
    this.random = randomFrom(plan.seed ^ 0xfa17);
    this.always = randomFrom(plan.seed ^ 0xc10c);
  }

  async call(instance: Instance<FunctionName>, call: ServiceCall): Promise<unknown> {
    const site = `${instance.functionName}: ${siteOf(call)}`;
    const nth = (this.sites.get(site) ?? 0) + 1;
    this.sites.set(site, nth);
    const away = this.isAway(call, instance.functionName);
    if (away) {
      this.add(away, site, isWrite(call) ? subjectsOf(instance, call) : []);
      await this.failingTime();
      throw new InjectedError(`${targetOf(call)} is away`);
    }
    const { receiver } = natureOf(call);
    if (this.plan.isTimed && !receiver) {
      await this.clock.sleep(1 + Math.floor(this.always() ** 2 * MAX_CALL_MS));
    }
    const struck = this.plan.strikes.find((strike) => strike.site === site && strike.nth === nth);
    if (struck) return this.strike(struck.when, instance, site, call);
    const kind = this.drawFor(call);
    return kind === undefined ? call.run(call.input) : this.fault(kind, instance, site, call);
  }

  queue(name: QueueName): QueueConditions {
    const { visibilityMs } = QUEUES[name];
    return {
      onSend: (body) => this.copies(name, body),
      onReceive: (body) => {
        const kind = this.draw(['message visible again too early', 'deletion lost']);
        if (kind) this.add(kind, name, [subjectOf(body)]);
        return {
          visibilityMs: kind?.startsWith('message') ? this.random() * 10_000 : visibilityMs,
          isDeleteLost: kind === 'deletion lost',
        };
      },
      place: () => {
        if (!this.draw(['message out of order'])) return 1;
        this.add('message out of order', name, []);
        return this.random();
      },
    };
  }

  firings(name: string): readonly number[] {
    // Whatever stops us may stop the scheduler, too.
    const firesAtMs = Number(name.split('-')[1]) * 1000 - this.startMs;
    const isInStop = this.plan.stops.some(
      ({ atMs, downMs }) => firesAtMs >= atMs && firesAtMs < atMs + downMs,
    );
    if (isInStop && this.random() < 0.7) {
      this.add('schedule lost', 'Scheduler', [subjectOf(name)]);
      return [];
    }
    const kind = this.draw(['schedule lost', 'schedule doubled', 'schedule late'], 400);
    if (kind) this.add(kind, 'Scheduler', [subjectOf(name)]);
    if (kind === 'schedule lost') return [];
    if (kind === 'schedule doubled') return [0, this.random() * 60_000];
    return [kind === 'schedule late' ? this.random() * 20 * 60_000 : 0];
  }

  nameKeptMs(): number {
    return this.plan.nameKeptMs;
  }

  indexLagMs(): number {
    const { maxIndexLagMs } = this.plan;
    return maxIndexLagMs === 0 ? 0 : Math.floor(this.always() * maxIndexLagMs);
  }

  clockOffsetMs(): number {
    return Math.round((this.always() * 2 - 1) * this.plan.maxClockOffsetMs);
  }

  refuses(name: FunctionName): boolean {
    return this.isOut(`function ${name}`);
  }

  thaw(instance: Instance<FunctionName>, idleMs: number): Thaw {
    const { underWay, functionName } = instance;
    if (idleMs > this.plan.idleMs) return 'recycled';
    if (underWay === 0) return 'answered';
    const isBroken = this.always() < 0.5;
    const kind = isBroken ? 'connections broken while frozen' : 'frozen with calls under way';
    // It explains nothing: a function has to see to it that nothing is under way when it returns.
    this.add(kind, functionName, []);
    return isBroken ? 'broken' : 'answered';
  }

  onTimeout({ functionName, subjects }: Instance<FunctionName>): void {
    const sinceMs = this.clock.nowMs - 70_000;
    const isOurs = this.log.faults.some(
      ({ kind, atMs, site }) =>
        atMs >= sinceMs && site.startsWith(`${functionName}: `) && CAN_TIME_OUT.has(kind),
    );
    if (isOurs) this.add('timed out, calls being slow', functionName, subjects);
  }

  onInvoke(name: FunctionName, subjects: readonly Subject[]): void {
    this.invocations.set(name, (this.invocations.get(name) ?? 0) + 1);
    if (name !== 'wake') return;
    const hour = Math.floor(this.clock.nowMs / 3_600_000);
    for (const subject of subjects) {
      const key = `${subject.split('|')[1]} ${hour}`;
      this.wakes.set(key, (this.wakes.get(key) ?? 0) + 1);
    }
  }

  /** Written down by whoever does it. */
  add(kind: FaultKind, site: string, subjects: readonly Subject[]): void {
    this.log.add(kind, this.clock.nowMs, site, subjects);
  }

  private get sinceStartMs(): number {
    return this.clock.nowMs - this.startMs;
  }

  private isOut(what: Away, name?: FunctionName): boolean {
    const { sinceStartMs } = this;
    return this.plan.outages.some(
      (outage) =>
        outage.what === what &&
        (outage.for ?? name) === name &&
        sinceStartMs >= outage.fromMs &&
        sinceStartMs < outage.untilMs,
    );
  }

  private isAway(call: ServiceCall, name: FunctionName): FaultKind | undefined {
    if (this.plan.outages.length === 0) return undefined;
    if (!this.isOut(targetOf(call) as Away, name)) return undefined;
    switch (call.service) {
      case 'sqs':
        return 'queue away';
      case 'scheduler':
        return 'scheduler away';
      case 'secretsmanager':
        return 'secrets away';
      default:
        return 'table away';
    }
  }

  private failingTime(): Promise<void> {
    return this.clock.sleep(FAILING_MS.least + Math.floor(this.always() * FAILING_MS.more));
  }

  private copies(queue: string, body: string): readonly Copy[] {
    const kind = this.draw(['message twice', 'message in two functions at once', 'message late']);
    if (kind === undefined) return [{ laterMs: 0 }];
    this.add(kind, queue, [subjectOf(body)]);
    const isCountedAlone = this.random() < 0.5;
    switch (kind) {
      case 'message twice':
        return [{ laterMs: 0 }, { laterMs: this.random() * 120_000, isCountedAlone }];
      case 'message in two functions at once':
        return [{ laterMs: 0 }, { laterMs: this.random() * 50, isCountedAlone }];
      default:
        return [{ laterMs: this.random() * 10 * 60_000 }];
    }
  }

  private draw(kinds: readonly FaultKind[], weight = 1): FaultKind | undefined {
    const { noise, noiseEndsMs, only } = this.plan;
    if (noise === 0 || this.sinceStartMs >= noiseEndsMs) return undefined;
    if (this.random() >= noise * weight) return undefined;
    const possible = only ? kinds.filter((kind) => only.includes(kind)) : kinds;
    return possible[Math.floor(this.random() * possible.length)];
  }

  private drawFor(call: ServiceCall): FaultKind | undefined {
    if (this.plan.noise === 0) return undefined;
    const { kinds, weight } = natureOf(call);
    return this.draw(kinds, weight);
  }

  private async fault(
    kind: FaultKind,
    instance: Instance<FunctionName>,
    site: string,
    call: ServiceCall,
  ): Promise<unknown> {
    switch (kind) {
      case 'killed before a call':
        return this.strike('before', instance, site, call);
      case 'killed after a call':
        return this.strike('after', instance, site, call);
      case 'timed out after a call took effect':
        return this.strike('timeout', instance, site, call);
      case 'slow':
        this.add(kind, site, subjectsOf(instance, call));
        await this.clock.sleep(this.random() * SLOW_MS);
        return call.run(call.input);
      case 'frozen with calls under way':
      case 'connections broken while frozen': {
        this.add(kind, site, instance.subjects);
        const thaw = kind.startsWith('connections') ? 'broken' : 'answered';
        instance.pause(this.clock, this.random() * PAUSED_MS, thaw);
        return call.run(call.input);
      }
    }
    // A read that fails has done nothing.
    this.add(kind, site, isWrite(call) ? subjectsOf(instance, call) : []);
    const alter = alterationsOf(kind);
    if (alter) return alter(call, this.random);
    if (kind === 'answer of a write lost') await call.run(call.input);
    await this.failingTime();
    throw new InjectedError(kind);
  }

  private async strike(
    when: 'before' | 'after' | 'timeout',
    instance: Instance<FunctionName>,
    site: string,
    call: ServiceCall,
  ): Promise<never> {
    const { subjects } = instance;
    if (when === 'before') {
      this.add('killed before a call', site, subjects);
      instance.end();
      return never();
    }
    await call.run(call.input);
    if (instance.isOver) return never();
    if (when === 'after') {
      this.add('killed after a call', site, subjects);
      instance.end();
      return never();
    }
    const isAtReceiver = call.service === 'receiver';
    this.add(
      isAtReceiver ? 'timed out after the receiver accepted' : 'timed out after a call took effect',
      site,
      subjects,
    );
    return never();
  }
}

/** What can make a function take longer than it may. */
const CAN_TIME_OUT: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'slow',
  'frozen with calls under way',
  'connections broken while frozen',
  'timed out after a call took effect',
  'timed out after the receiver accepted',
  'table away',
  'queue away',
  'secrets away',
  'throttled',
]);

/** Of what the invocation is about, what the call is about; all of it, if the call names none of it. */
function subjectsOf(instance: Instance<FunctionName>, call: ServiceCall): readonly Subject[] {
  const ids = idsIn(call);
  if (instance.subjects.length === 0) {
    return [...ids].map((id) => (id.startsWith('evt_') ? `${id}|*` : `*|${id}`));
  }
  const meant = instance.subjects.filter((subject) => subject.split('|').some((id) => ids.has(id)));
  return meant.length > 0 ? meant : instance.subjects;
}
