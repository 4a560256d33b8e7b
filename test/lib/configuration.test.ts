import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigurationFault, parseConfiguration } from '../../lib/configuration.ts';
import { resourcesOf, templateOf } from '../builders/stack.ts';

function faultLines(settings: unknown): string[] {
  try {
    parseConfiguration(settings);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    const [head, ...lines] = error.message.split('\n');
    expect(head).toBe('cdk.json has faults under "posthorn":');
    return lines.map((line) => line.trim());
  }
}

describe('the configuration', () => {
  it('may be empty: everything has a default', () => {
    expect(parseConfiguration({})).toMatchObject({
      stackName: 'Posthorn',
      retainData: true,
      retentionDays: 60,
      deadlineDays: 40,
      logRetentionDays: 30,
      allowedPorts: [443, 8443],
    });
  });

  it('in cdk.json is sound', () => {
    const { context } = JSON.parse(
      readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
    );
    expect(faultLines(context.posthorn)).toEqual([]);
  });

  it('reaches the functions that read it while they run', () => {
    const template = templateOf({ retentionDays: 90, deadlineDays: 10, retryPolicy: 'idnow' });
    const [fn] = resourcesOf(template, 'AWS::Lambda::Function');
    const { Variables } = Object(fn?.Properties.Environment);
    expect(JSON.parse(Variables.POSTHORN_SETTINGS)).toMatchObject({
      retentionDays: 90,
      deadlineDays: 10,
      retryPolicy: 'idnow',
    });
  });

  it('gathers messages for a second on the way of healthy deliveries, and nowhere else', () => {
    const { sources } = parseConfiguration({});
    expect(sources.events).toMatchObject({ batchSize: 20, windowSeconds: 1 });
    expect(sources.deliveries).toMatchObject({ batchSize: 20, windowSeconds: 1 });
    expect(sources.retries).toMatchObject({ batchSize: 10, windowSeconds: 0 });
    expect(sources.wakes).toMatchObject({ batchSize: 1, windowSeconds: 0 });
  });

  it('gathers nothing where the window is taken back, with batches that SQS gives without one', () => {
    const { sources } = parseConfiguration({ sources: { events: { windowSeconds: 0 } } });
    expect(sources.events).toMatchObject({ batchSize: 10, windowSeconds: 0, maxConcurrency: 50 });
  });

  it('lists several faults together', () => {
    expect(faultLines({ retentionDays: 0, logRetentionDays: 2, retainDat: true })).toHaveLength(3);
  });
});

describe('what must be in the region of the stack', () => {
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:alerts';
  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c';
  const settings = { alarms: { topicArn }, domain: { name: 'hooks.example.com', certificateArn } };

  it('is compared with it, where the region is known', () => {
    const regionsOf = (region: string | undefined) => {
      try {
        parseConfiguration(settings, region);
        return [];
      } catch (error) {
        return [...String(error).matchAll(/^ {2}([\w.]+) = .* region, ([\w-]+)$/gm)].map(
          ([, name, said]) => [name, said],
        );
      }
    };
    expect(regionsOf('eu-central-1')).toEqual([['domain.certificateArn', 'eu-central-1']]);
    expect(regionsOf('us-east-1')).toEqual([['alarms.topicArn', 'us-east-1']]);
    expect(regionsOf(undefined)).toEqual([]);
  });
});

describe('a wrong setting', () => {
  it.each<[settings: unknown, name: string, value: string, allowed: string]>([
    [{ retentionDays: 0 }, 'retentionDays', '0', '1'],
    [{ retentionDays: '60' }, 'retentionDays', '"60"', 'number'],
    [{ deadlineDays: 61 }, 'deadlineDays', '61', '60'],
    [{ stackName: '9lives' }, 'stackName', '"9lives"', 'begin with a letter'],
    [{ retainData: 'yes' }, 'retainData', '"yes"', 'boolean'],
    [{ logRetentionDays: 31 }, 'logRetentionDays', '31', '1, 3, 5, 7, 14, 30, 60'],
    [{ allowedPorts: [] }, 'allowedPorts', '[]', '1'],
    [{ allowedPorts: [443, 70_000] }, 'allowedPorts.1', '70000', '65535'],
    [{ throttle: { rate: 0 } }, 'throttle.rate', '0', '1'],
    [{ memoryMb: { ingest: 64 } }, 'memoryMb.ingest', '64', '128'],
    [{ memoryMb: { ingst: 256 } }, 'memoryMb.ingst', '256', 'no such setting'],
    [{ sources: { events: { maxConcurrency: 1 } } }, 'sources.events.maxConcurrency', '1', '2'],
    [
      { sources: { events: { batchSize: 11, windowSeconds: 0 } } },
      'sources.events',
      '{"batchSize":11,"windowSeconds":0}',
      'windowSeconds',
    ],
    [{ retryPolicy: 'weekly' }, 'retryPolicy', '"weekly"', 'forty-days'],
    [{ retryPolicy: { steps: [{ count: 0, seconds: 1 }] } }, 'retryPolicy.steps.0.count', '0', '1'],
    [{ retentionDay: 60 }, 'retentionDay', '60', 'no such setting'],
    ['60 days', 'posthorn', '"60 days"', 'object'],
  ])('%j is named, with its value and what is allowed', (settings, name, value, allowed) => {
    const lines = faultLines(settings);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[\w.]+ = .+: .+$/);
    expect(lines[0]?.startsWith(`${name} = ${value}: `)).toBe(true);
    expect(lines[0]?.slice(`${name} = ${value}: `.length)).toContain(allowed);
  });
});
