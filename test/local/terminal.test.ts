import { describe, expect, it } from 'vitest';
import { attemptLine } from '../../local/functions/logs.ts';
import { receiptLine } from '../../local/receiver/receiver.ts';
import { harmless } from '../../local/terminal.ts';

const HOSTILE = '\u001b]0;title\u0007\u001b[2Jx\r\nforged\u2028\u202e\u009b31m\u200b';
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('what others sent', () => {
  it('has nothing that a terminal acts on', () => {
    expect(harmless(HOSTILE)).not.toMatch(UNSEEN);
    expect(harmless('decision.approved Zoë 李')).toBe('decision.approved Zoë 李');
    expect(harmless('x'.repeat(10_000)).length).toBeLessThan(200);
  });

  it('is shown so in the lines of receipts and attempts', () => {
    const receipt = { type: HOSTILE, id: HOSTILE, bytes: 1, signature: 'wrong' } as const;
    expect(receiptLine(receipt)).not.toMatch(UNSEEN);
    const attempt = {
      message: 'attempt',
      eventId: 'evt_1',
      endpointId: 'ep_1',
      attempt: 1,
    } as const;
    const rest = { outcome: 'http_200', durationMs: 1, state: 'delivered', eventType: HOSTILE };
    expect(attemptLine({ ...attempt, ...rest })).not.toMatch(UNSEEN);
  });
});
