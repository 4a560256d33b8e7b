// Whatever stands in an event, a mail shows it as text: no header, no markup and no link but its own.
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { emailMessage } from '../../../../lambdas/core/contracts/messages/email.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../form.ts';
import { full, hostile, LINK, message, UNITS } from './hostile-texts.ts';
import { inMail } from './mail-oracle.ts';

describe('a mail', () => {
  it('of any message is text, with links of ours alone', () => {
    fc.assert(
      fc.property(message, (one) => inMail(emailMessage(one))),
      { numRuns: 300 },
    );
  });

  it.each(UNITS)('that is full of %s is', (unit) => inMail(emailMessage(full(unit))));

  it('of any event is', async () => {
    const options = {
      title: '{{data.a}} {{subject}}',
      message: '<b>{{data.b}}</b> https://x.example\r\nBcc: all@x.example {{tenant}}',
      fields: ['data.a', 'subject', 'tenant'],
    };
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, fc.boolean(), async (a, b, c, isOwn) => {
        const event = anEvent({ data: JSON.stringify({ a, b }), subject: c });
        const facts = { tenantName: b, portal: LINK };
        const { body } = await form('email', { event, facts, options: isOwn ? options : {} });
        inMail(JSON.parse(body.toString('utf8')));
      }),
      { numRuns: 150 },
    );
  });
});
