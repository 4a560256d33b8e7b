// GET /v1/dead-letters and POST /v1/dead-letters/redrive: what our own code could not process, for the
// operator.
import { z } from 'zod';
import { DEAD_LETTER_QUEUES, subjectOfDeadLetter } from '../core/dead-letters.ts';
import type { DeadLetters } from '../core/ports.ts';
import type { Application } from '../http/application.ts';
import { type Authentication, requireOperator } from '../http/authentication.ts';
import { parseBody, parseQuery } from '../http/body.ts';

const DEFAULT_SHOWN = 50;
const MAX_SHOWN = 100;
const DEFAULT_REDRIVEN = 100;
/** Some seconds of work: an HTTP API waits for 30. */
const MAX_REDRIVEN = 500;
/** Of a message that nobody can read, so much is shown. */
const SHOWN_CHARACTERS = 500;

const queueSchema = z.enum(
  DEAD_LETTER_QUEUES,
  `must be one of ${DEAD_LETTER_QUEUES.join(', ')}: other dead letters go back to the ledger by themselves`,
);
const querySchema = z.strictObject({
  queue: queueSchema,
  limit: z.coerce.number().int().min(1).max(MAX_SHOWN).default(DEFAULT_SHOWN),
});
const redriveSchema = z.strictObject({
  queue: queueSchema,
  limit: z.int().min(1).max(MAX_REDRIVEN).default(DEFAULT_REDRIVEN),
});

export interface DeadLetterRoutePorts {
  readonly deadLetters: DeadLetters;
}

export function addDeadLetterRoutes(
  app: Application,
  { authenticate }: Authentication,
  { deadLetters }: DeadLetterRoutePorts,
): void {
  app.get('/v1/dead-letters', authenticate, async (c) => {
    requireOperator(c);
    const { queue, limit } = parseQuery(c, querySchema);
    const found = await deadLetters.peek(queue, limit);
    const data = found.map(({ id, body, sentAtMs, receives }) => {
      const subject = subjectOfDeadLetter(queue, body);
      return {
        id,
        queue,
        ...subject,
        sentAt: new Date(sentAtMs).toISOString(),
        receives,
        bytes: Buffer.byteLength(body),
        // An event's data is its tenant's; what is no message of ours carries none.
        body: subject.readable ? null : body.slice(0, SHOWN_CHARACTERS),
      };
    });
    return c.json({ data, next: null });
  });

  app.post('/v1/dead-letters/redrive', authenticate, async (c) => {
    requireOperator(c);
    const { queue, limit } = await parseBody(c, redriveSchema);
    const { moved, refused } = await deadLetters.redrive(queue, limit);
    return c.json({ queue, moved, refused });
  });
}
