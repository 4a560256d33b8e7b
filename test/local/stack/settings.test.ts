import { describe, expect, it } from 'vitest';
import { localSettings } from '../../../local/stack/settings.ts';

const AT_ONCE = { batchSize: 10, windowSeconds: 0 };

describe('the embedded runtime', () => {
  it('waits for no batch of events and first attempts', () => {
    expect(localSettings({ retentionDays: 90 })).toEqual({
      retentionDays: 90,
      sources: { events: AT_ONCE, deliveries: AT_ONCE },
    });
  });

  it('keeps what is said of other queues, and of these but for their batches', () => {
    const sources = { slow: { windowSeconds: 2 }, events: { maxConcurrency: 7 } };
    expect(localSettings({ sources })).toEqual({
      sources: {
        slow: { windowSeconds: 2 },
        events: { maxConcurrency: 7, ...AT_ONCE },
        deliveries: AT_ONCE,
      },
    });
  });

  it.each([{ batchSize: 50 }, { windowSeconds: 2 }])('waits as %j says', (said) => {
    const { sources } = localSettings({ sources: { deliveries: said } });
    expect(sources).toEqual({ events: AT_ONCE, deliveries: said });
  });

  it.each([{ sources: 'all' }, { sources: { events: [] } }, { sources: { events: 7 } }])(
    'leaves a fault for the app to name: %j',
    (settings) => {
      expect(localSettings(settings)).toEqual(settings);
    },
  );
});
