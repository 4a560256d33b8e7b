import { describe, expect, it } from 'vitest';
import { localSettings } from '../../../local/stack/settings.ts';

const SOON = { windowSeconds: 5, everyMinutes: 1 };

describe('the embedded runtime', () => {
  it('gathers for analytics for seconds only', () => {
    expect(localSettings({ retentionDays: 90 })).toEqual({ retentionDays: 90, analytics: SOON });
  });

  it.each([{ archiveDays: 7 }, { windowSeconds: 300 }, { everyMinutes: 5 }])(
    'keeps what is said: %j',
    (analytics) => {
      expect(localSettings({ analytics })).toEqual({ analytics: { ...SOON, ...analytics } });
    },
  );

  it.each(['often', 7, []])('leaves a fault for the app to name: %j', (analytics) => {
    expect(localSettings({ analytics })).toEqual({ analytics });
  });
});
