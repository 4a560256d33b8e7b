// Stamped: an example of a further contract, a JSON array of time, type and data under one HMAC-SHA512.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Contract } from '../../../lambdas/core/contracts/contract.ts';
import { occurredAtMs } from '../../../lambdas/core/events/event.ts';
import { memberText } from '../../../lambdas/core/json/members.ts';
import { hexSecret, keyBytesOf } from '../../../lambdas/core/signing/secret.ts';

const optionsSchema = z.strictObject({
  /** The member of the data that is sent. */
  member: z.string().min(1).max(64).default('record'),
});

export const stamped: Contract<z.infer<typeof optionsSchema>> = {
  name: 'stamped',
  optionsSchema,
  defaultRetryPolicy: 'forty-days',
  createSecret: hexSecret,
  algorithms: () => [],
  headerNames: () => ['x-stamp', 'x-stamp-id'],

  shape({ event }, { member }) {
    const record = memberText(event.data, member);
    if (record === undefined) {
      return { kind: 'unshapeable', reason: `The contract stamped needs data.${member}.` };
    }
    const head = `${occurredAtMs(event)},${JSON.stringify(event.type)}`;
    return { kind: 'shaped', body: Buffer.from(`[${head},${record}]`, 'utf8') };
  },

  identify: ({ event }) => [['X-Stamp-Id', event.id]],
  sign(body, _facts, _options, { secrets }) {
    const mac = createHmac('sha512', keyBytesOf(secrets[0])).update(body);
    return [['X-Stamp', mac.digest('hex')]];
  },
  describe: () => [],
};
