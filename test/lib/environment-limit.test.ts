// Lambda takes environments of 4 KB, and says so only while it deploys: what could be longer is refused before.
import { describe, expect, it } from 'vitest';
import { ConfigurationFault } from '../../lib/configuration.ts';
import { templateOf } from '../builders/stack.ts';

const name = (length: number, n: number) => `${'n'.repeat(length - 6)}${n}.test`;
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => name(length, n % 10));
const retryPolicy = { immediate: true, steps: [{ count: 5, seconds: 60 }], maxRetries: 5 };
const origins = Array.from({ length: 10 }, (_, n) => `https://${'o'.repeat(240)}${n}.test`);
const ports = Array.from({ length: 50 }, (_, n) => 10_000 + n);

function fault(settings: object): string {
  try {
    templateOf(settings);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    return error.message;
  }
}

describe('an environment that Lambda might refuse', () => {
  it.each<[string, object, string]>([
    ['ten long origins', { cors: { origins } }, 'cors'],
    [
      'names, a policy, an issuer and fifty ports',
      {
        destinations: { denyNames: names(28, 60) },
        retryPolicy,
        allowedPorts: ports,
        issuer: 'i'.repeat(256),
      },
      'destinations',
    ],
    [
      'a long name of the stack with destinations at their limit',
      { stackName: 'S'.repeat(100), destinations: { denyNames: names(28, 64) } },
      'destinations',
    ],
  ])('is refused with the longest setting named: %s', (_, settings, setting) => {
    const [head, ...lines] = fault(settings).split('\n');
    expect(head).toBe('cdk.json has faults under "posthorn":');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^  ${setting}: .* and Lambda allows 4096\\.`));
  });

  it.each<[string, object]>([
    ['the default', {}],
    ['the longest name of a stack', { stackName: 'S'.repeat(100) }],
    ['destinations at their limit', { destinations: { denyNames: names(28, 64) } }],
    [
      'a policy beside some destinations',
      { retryPolicy, destinations: { denyNames: names(10, 60) } },
    ],
    ['everything that adds resources', { egress: 'static', sealEventData: true, tracing: 'xray' }],
  ])('is not that of %s', (_, settings) => {
    expect(fault(settings)).toBe('');
  });
});
