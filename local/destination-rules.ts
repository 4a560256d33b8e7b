// Plain HTTP, private addresses and any port are allowed on one machine, unless the operator takes
// them back. The functions get these as environment variables; the deployed stack never sets them so.
import { Env } from '../lambdas/environment.ts';
import { StartFailure } from './start-failure.ts';

export interface DestinationRules {
  allowHttp: boolean;
  allowPrivate: boolean;
  /** `*`, or ports separated by commas. */
  allowedPorts: string;
}

export const LAX: DestinationRules = { allowHttp: true, allowPrivate: true, allowedPorts: '*' };

export function readDestinationRules(env: NodeJS.ProcessEnv): DestinationRules {
  const allowedPorts = env[Env.allowedPorts] || LAX.allowedPorts;
  const ports = allowedPorts.split(',').map((port) => port.trim());
  if (
    allowedPorts !== '*' &&
    !ports.every((port) => /^\d+$/.test(port) && Number(port) <= 65_535)
  ) {
    throw new StartFailure(
      `${Env.allowedPorts} is "${allowedPorts}": it must be * or ports such as 443,8443`,
    );
  }
  return {
    allowHttp: flag(env, Env.allowHttp),
    allowPrivate: flag(env, Env.allowPrivate),
    allowedPorts,
  };
}

function flag(env: NodeJS.ProcessEnv, name: string): boolean {
  const value = env[name] || 'true';
  if (value !== 'true' && value !== 'false') {
    throw new StartFailure(`${name} is "${value}": it must be true or false`);
  }
  return value === 'true';
}

export function asEnvironment(rules: DestinationRules): Record<string, string> {
  return {
    [Env.allowHttp]: String(rules.allowHttp),
    [Env.allowPrivate]: String(rules.allowPrivate),
    [Env.allowedPorts]: rules.allowedPorts,
  };
}
