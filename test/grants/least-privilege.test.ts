// Least privilege, by running: over steps that do all that the service does, every grant of the template
// is used, nothing that is needed lacks one, and none can be taken away without something being refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameInArn } from '../../local/aws-names.ts';
import { requirePolling } from '../../local/functions/event-sources.ts';
import { requireStream } from '../../local/functions/stream-sources.ts';
import type { Grant } from '../../local/gate/permissions.ts';
import { startTimetable } from '../../local/scheduler/timetable.ts';
import type { Step } from './step.ts';
import { STEPS } from './steps.ts';
import { Run, startWorld, type World } from './world.ts';

/** Grants that no call on this machine can rest on, and why they are there all the same. */
const USED_BY_AWS: Readonly<Record<string, string>> = {
  'logs:CreateLogStream':
    'Lambda sends what a function prints to CloudWatch, by the function’s role.',
  'logs:PutLogEvents': 'As above.',
  'ec2:DeleteNetworkInterface':
    'Lambda takes a function out of a network by its role, after egress was static.',
  'ec2:DescribeNetworkInterfaces': 'As above.',
};
/** Lambda's reading of a queue for a function: judged when the runtime starts, as on AWS. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** The same of a stream. */
const STREAMING = /^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/;

/** What is to be refused is refused at once, or is hidden by something kept in memory. */
const PATIENCE_MS = 5_000;

const textOf = ({ roleName, action, resource }: Grant) =>
  `${roleName.replace(/[0-9A-F]{8}$/, '')}: ${action} on ${nameInArn(resource)}`;

let world: World;
let atStart: ReadonlySet<Grant>;
const usedBy = new Map<Step, ReadonlySet<Grant>>();

beforeAll(async () => {
  world = await startWorld();
  atStart = world.runtime.permissions.takeRecord().used;
});
afterAll(() => world.stop());

describe('with the grants of the template', () => {
  it.each(STEPS)('$title works, and nothing is refused', async (step) => {
    await step.run(new Run(world));
    const { used, denied } = world.runtime.permissions.takeRecord();
    expect(denied).toEqual([]);
    usedBy.set(step, used);
  });

  it('there is none that nothing uses', () => {
    expect(usedBy.size).toBe(STEPS.length);
    const used = new Set([...atStart, ...[...usedBy.values()].flatMap((grants) => [...grants])]);
    const grants = world.runtime.permissions.grants();
    expect(grants.length).toBeGreaterThan(80);
    const idle = grants.filter((grant) => !used.has(grant) && !(grant.action in USED_BY_AWS));
    expect(idle.map(textOf)).toEqual([]);
  });
});

describe('without any one of them', () => {
  /** Whether a run of the step is refused for want of the grant. */
  async function isMissed(grant: Grant, step: Step, patienceMs: number): Promise<boolean> {
    const { permissions } = world.runtime;
    const isRefused = () =>
      permissions.denied.some(
        ({ roleName, need }) => roleName === grant.roleName && need.action === grant.action,
      );
    permissions.takeRecord();
    permissions.withhold(grant);
    const run = new Run(world, patienceMs);
    let isOver = false;
    const ended = step
      .run(run)
      .catch(() => undefined)
      .finally(() => {
        isOver = true;
      });
    try {
      // What it asks for does not come, so it is called off as soon as the refusal is seen.
      await run.until(() => isOver || isRefused()).catch(() => undefined);
      return isRefused();
    } finally {
      run.callOff();
      await ended;
      permissions.withhold(undefined);
    }
  }

  /** Begins the role's function anew: what it kept in memory would hide the loss. */
  async function forget({ roleName }: Grant): Promise<void> {
    for (const host of world.runtime.functions.values()) {
      if (host.definition.roleName === roleName) await host.replace();
    }
  }

  async function isMissedAnywhere(grant: Grant): Promise<boolean> {
    const steps = STEPS.filter((step) => usedBy.get(step)?.has(grant));
    for (const step of steps) {
      if (await isMissed(grant, step, PATIENCE_MS)) return true;
    }
    await forget(grant);
    for (const step of steps) {
      // A busy machine may take long to begin the function anew.
      if (await isMissed(grant, step, 6 * PATIENCE_MS)) return true;
    }
    return false;
  }

  it('a step is refused what it needs', { timeout: 900_000 }, async () => {
    const byRunning = world.runtime.permissions
      .grants()
      .filter(
        (grant) => [...usedBy.values()].some((used) => used.has(grant)) && !atStart.has(grant),
      );
    expect(byRunning.length).toBeGreaterThan(50);
    const unmissed: string[] = [];
    for (const grant of byRunning) {
      if (!(await isMissedAnywhere(grant))) unmissed.push(textOf(grant));
    }
    expect(unmissed).toEqual([]);
  });

  it('the runtime does not start, or says what it may not run', () => {
    const { permissions, stack, functions } = world.runtime;
    const starting = permissions.grants().filter((grant) => atStart.has(grant));
    const failures: unknown[] = [];
    for (const grant of starting) {
      permissions.withhold(grant);
      if (POLLING.includes(grant.action)) {
        const queueName = nameInArn(grant.resource);
        expect(() => requirePolling(permissions, grant.roleName, queueName)).toThrow(grant.action);
      } else if (STREAMING.test(grant.action)) {
        const arn = grant.resource.replace(/\*$/, '2026-01-01T00:00:00.000');
        expect(() => requireStream(permissions, grant.roleName, arn)).toThrow(grant.action);
      } else if (grant.action === 'lambda:InvokeFunction') {
        startTimetable(stack, functions, permissions, (error) => failures.push(error)).stop();
        expect(failures.splice(0)).toEqual([expect.stringContaining('may not invoke')]);
      }
      permissions.withhold(undefined);
    }
    const sources = stack.resources('AWS::Lambda::EventSourceMapping').length;
    const polling = starting.filter(({ action }) => POLLING.includes(action));
    const streaming = starting.filter(({ action }) => STREAMING.test(action));
    expect([sources, polling.length, streaming.length]).toEqual([6, 5 * POLLING.length, 4]);
  });
});
