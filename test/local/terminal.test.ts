import { describe, expect, it, vi } from 'vitest';
import { attemptLine, logPrinter, TERMINAL } from '../../local/functions/logs.ts';
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

  it('is escaped in log lines, which say the same', () => {
    const printed: string[] = [];
    const keep = (line: string) => void printed.push(line);
    vi.spyOn(console, 'log').mockImplementation(keep);
    vi.spyOn(console, 'error').mockImplementation(keep);
    try {
      const warning = { level: 'WARN', message: 'a warning', error: HOSTILE };
      for (const everything of [true, false]) {
        const print = logPrinter(TERMINAL, everything);
        print(JSON.stringify(warning), 'stdout');
        print(`a library says ${HOSTILE}`, 'stderr');
      }
    } finally {
      vi.restoreAllMocks();
    }
    const [first = '', ...others] = printed;
    expect(JSON.parse(first)).toEqual({ level: 'WARN', message: 'a warning', error: HOSTILE });
    expect(others).toHaveLength(3);
    // Breaks of lines are left where they came as such.
    for (const line of printed) expect(line.replaceAll('\n', '')).not.toMatch(UNSEEN);
  });
});
