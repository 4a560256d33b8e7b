// What the world of the functions is like: quiet, unless a plan says something else. A fault is one of these.
import type { QueueConditions } from '../memory/queue.ts';
import type { SchedulerConditions } from '../memory/scheduler.ts';
import type { ServiceCall } from './calls.ts';
import type { FunctionName } from './functions.ts';
import type { Instance, InstanceConditions } from './instances.ts';
import type { QueueName } from './queues.ts';

export interface Conditions extends InstanceConditions<FunctionName>, SchedulerConditions {
  /** A call that an instance makes: it takes the time that it takes, and fails if it fails. */
  call(instance: Instance<FunctionName>, call: ServiceCall): Promise<unknown>;
  /** What happens to the messages of a queue. */
  queue(name: QueueName): QueueConditions;
  /** Whether what fails too often becomes a dead letter. */
  readonly hasDeadLetters: boolean;
  /** Whether Lambda refuses to invoke a function. */
  refuses(name: FunctionName): boolean;
  /** How far the ledger's index is behind, for the next write, milliseconds. */
  indexLagMs(): number;
  /** How far the clock of the next instance is off, milliseconds. */
  clockOffsetMs(): number;
}

export const QUIET: Conditions = {
  call: (_, { run, input }) => run(input),
  queue: () => ({}),
  hasDeadLetters: false,
  refuses: () => false,
  indexLagMs: () => 0,
  clockOffsetMs: () => 0,
  thaw: () => 'answered',
  onTimeout: () => undefined,
};
