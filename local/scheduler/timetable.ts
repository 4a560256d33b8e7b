// What the template runs at a fixed rate (EventBridge rules and Scheduler schedules that target a
// function), once at start and then at every interval.
import { z } from 'zod';
import { nameInArn } from '../aws-names.ts';
import type { FunctionHost } from '../functions/host.ts';
import { invokeCall } from '../gate/aws-calls.ts';
import type { Permissions } from '../gate/permissions.ts';
import type { Stack } from '../stack/stack.ts';

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const target = z.object({
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
});
const ruleProperties = z.object({
  ScheduleExpression: z.string().optional(),
  State: z.string().default('ENABLED'),
  Targets: z.array(target).default([]),
  Target: target.optional(),
});

interface Timetable {
  stop(): void;
}

export function startTimetable(
  stack: Stack,
  functions: ReadonlyMap<string, FunctionHost>,
  permissions: Permissions,
  onFailure: (error: unknown) => void,
): Timetable {
  const timers: NodeJS.Timeout[] = [];
  for (const { properties } of stack.resources('AWS::Events::Rule', 'AWS::Scheduler::Schedule')) {
    const { ScheduleExpression, State, Target, Targets } = ruleProperties.parse(properties);
    if (ScheduleExpression === undefined || State !== 'ENABLED') continue;
    const everyMs = intervalOf(ScheduleExpression);
    for (const { Arn, RoleArn, Input } of Target === undefined ? Targets : [Target]) {
      const name = nameInArn(Arn).replace(/^function:/, '');
      const host = functions.get(name);
      if (host === undefined) throw new Error(`no function for the scheduled target ${Arn}`);
      const event = Input ?? JSON.stringify({ source: 'aws.events' });
      const role = RoleArn === undefined ? undefined : nameInArn(RoleArn).replace(/^role\//, '');
      const { needs } = invokeCall(name);
      const invoke = () => {
        // A rule of EventBridge has no role: the function lets it in.
        if (role !== undefined && !needs.every((need) => permissions.allows(role, need))) {
          onFailure(`${role} may not invoke ${name}`);
          return;
        }
        host.invoke(event).catch((error: unknown) => onFailure(error));
      };
      invoke();
      timers.push(setInterval(invoke, everyMs));
    }
  }
  return {
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

function intervalOf(expression: string): number {
  const [, count, unit] = RATE.exec(expression) ?? [];
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') {
    throw new Error(`the embedded runtime runs rate(...) schedules, not ${expression}`);
  }
  return Number(count) * UNIT_MS[unit];
}
