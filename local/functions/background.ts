// Functions that only schedules and streams invoke: nobody waits for them, so they start with their first invocation.
import { nameInArn } from '../aws-names.ts';
import { isObject, textOf } from '../json.ts';
import type { Stack } from '../stack/stack.ts';

/** @returns their names */
export function invokedInBackground(stack: Stack): ReadonlySet<string> {
  const scheduled = stack
    .resources('AWS::Scheduler::Schedule')
    .map(({ properties: { Target } }) => (isObject(Target) ? textOf(Target.Arn) : ''));
  const streaming = stack
    .resources('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => textOf(properties.EventSourceArn).includes(':dynamodb:'))
    .map(({ properties }) => textOf(properties.FunctionName));
  const nameOf = (arn: string): string =>
    arn.startsWith('arn:') ? nameInArn(arn).replace(/^function:/, '') : arn;
  return new Set([...scheduled, ...streaming].map(nameOf));
}
