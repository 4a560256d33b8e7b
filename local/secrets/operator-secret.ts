// Which of the stack's secrets is the operator's key, and the key to use.
import { Env } from '../../lambdas/environment.ts';
import { isObject, textOf } from '../json.ts';
import type { Stack } from '../stack/stack.ts';
import { StartFailure } from '../start-failure.ts';

const KEY = /^[\x21-\x7e]{32,}$/;

/** The functions name it in their environment. */
export function operatorSecretArn(stack: Stack): string {
  for (const { properties } of stack.resources('AWS::Lambda::Function')) {
    const environment = isObject(properties.Environment) ? properties.Environment : {};
    const variables = isObject(environment.Variables) ? environment.Variables : {};
    const arn = textOf(variables[Env.operatorSecretArn]);
    if (arn !== '') return arn;
  }
  throw new Error(`no function of the stack has ${Env.operatorSecretArn} in its environment`);
}

export function checkOperatorKey(key: string): string {
  if (KEY.test(key)) return key;
  throw new StartFailure(
    `POSTHORN_OPERATOR_KEY has ${key.length} characters: it must have 32 or more, printable ASCII without spaces`,
  );
}
