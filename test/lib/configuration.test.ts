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

  it('lists several faults together', () => {
    expect(faultLines({ retentionDays: 0, logRetentionDays: 2, retainDat: true })).toHaveLength(3);
  });
});

it.each([92, 400, 3650])('the archive may be kept for %i days', (archiveDays) => {
  expect(parseConfiguration({ analytics: { archiveDays } }).analytics.archiveDays).toBe(
    archiveDays,
  );
});

describe('messages', () => {
  const windowsOf = (settings: unknown) => {
    const { sources } = parseConfiguration(settings);
    return Object.entries(sources).map(([name, { batchSize, windowSeconds }]) => [
      name,
      batchSize,
      windowSeconds,
    ]);
  };
  const RETRIES = ['retries', 10, 0];
  const WAKES = ['wakes', 1, 0];

  it.each([
    ['wait for no other, as shipped', {}, [10, 0], [10, 0], [10, 0]],
    ['wait a second with gather', { gather: '1s' }, [20, 1], [20, 1], [10, 1]],
    ['wait for no other without it', { gather: 'none' }, [10, 0], [10, 0], [10, 0]],
    [
      'wait where a window is said',
      { sources: { events: { windowSeconds: 2 } } },
      [20, 2],
      [10, 0],
      [10, 0],
    ],
    [
      'wait where a batch needs it',
      { sources: { deliveries: { batchSize: 50 } } },
      [10, 0],
      [50, 1],
      [10, 0],
    ],
    [
      'wait as each number says',
      {
        sources: {
          events: { batchSize: 100, windowSeconds: 3 },
          deliveries: { batchSize: 7, windowSeconds: 0 },
          slow: { batchSize: 11, windowSeconds: 5 },
        },
      },
      [100, 3],
      [7, 0],
      [11, 5],
    ],
  ])('%s', (_, settings, events, deliveries, slow) => {
    expect(windowsOf(settings)).toEqual([
      ['events', ...events],
      ['deliveries', ...deliveries],
      ['slow', ...slow],
      RETRIES,
      WAKES,
    ]);
  });

  it('wait in the template as gather says, and are sent as concurrently as before', () => {
    const windows = (settings: object) =>
      resourcesOf(templateOf(settings), 'AWS::Lambda::EventSourceMapping')
        // A stream's has no concurrency.
        .filter(({ Properties }) => 'ScalingConfig' in Properties)
        .map(({ Properties: { MaximumBatchingWindowInSeconds = 0, BatchSize, ScalingConfig } }) => [
          BatchSize,
          MaximumBatchingWindowInSeconds,
          Object(ScalingConfig).MaximumConcurrency,
        ]);
    const of = (settings: object) => windows(settings).sort().join(' | ');
    expect(of({})).toBe('1,0,10 | 10,0,200 | 10,0,200 | 10,0,50 | 10,0,50');
    expect(of({ gather: '1s' })).toBe('1,0,10 | 10,0,50 | 10,1,200 | 20,1,200 | 20,1,50');
  });

  const NUMBERS = ['events', 'deliveries', 'slow'].flatMap((source) =>
    ['batchSize', 'windowSeconds'].map((number) => [source, number] as const),
  );

  it.each(NUMBERS)('wait by gather or by sources.%s.%s, not both', (source, number) => {
    const sources = { [source]: { [number]: 1 } };
    const said = `sources.${source}.${number} = 1: not beside gather = "1s", which sets it`;
    expect(faultLines({ gather: '1s', sources })).toEqual([said]);
    expect(faultLines({ gather: 'none', sources })).toEqual([]);
  });

  it('wait by gather beside what it does not set', () => {
    const sources = { events: { maxConcurrency: 7 }, retries: { batchSize: 5, windowSeconds: 1 } };
    const parsed = parseConfiguration({ gather: '1s', sources });
    expect(parsed.sources.events).toEqual({ batchSize: 20, windowSeconds: 1, maxConcurrency: 7 });
    expect(parsed.sources.retries).toMatchObject({ batchSize: 5, windowSeconds: 1 });
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
    [{ analytics: { archiveDays: 91 } }, 'analytics.archiveDays', '91', 'at least 92: hours are'],
    [{ analytics: { archiveDays: 1 } }, 'analytics.archiveDays', '1', 'at least 92'],
    [{ analytics: { archiveDays: 3651 } }, 'analytics.archiveDays', '3651', '3650'],
    [{ gather: '2s' }, 'gather', '"2s"', '1s'],
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
