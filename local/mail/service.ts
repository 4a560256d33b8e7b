// Amazon SES for what Posthorn asks of it: mails are written, and never sent. Two addresses of SES's mailbox simulator do
// here what they do there: https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { mailCall } from '../gate/aws-calls.ts';
import type { ControlService } from '../gate/control-endpoint.ts';
import { ServiceFault } from '../gate/service-fault.ts';
import type { SqsEmulator } from '../sqs/emulator.ts';
import type { Stack } from '../stack/stack.ts';
import type { Outbox } from './outbox.ts';

const PATH = '/v2/email/outbound-emails';

const text = z.object({ Data: z.string(), Charset: z.literal('UTF-8') });
const inputShape = z.object({
  FromEmailAddress: z.string(),
  Destination: z.object({ ToAddresses: z.array(z.email()).min(1).max(50) }),
  ConfigurationSetName: z.string(),
  EmailTags: z
    .array(
      z.object({
        Name: z.string(),
        Value: z.string().regex(/^[A-Za-z0-9_\-.@]{1,256}$/),
      }),
    )
    .default([]),
  Content: z.object({
    Simple: z.object({
      Subject: text,
      Body: z.object({ Text: text, Html: text }),
      Headers: z.array(z.object({ Name: z.string().max(126), Value: z.string().max(870) })).max(15),
    }),
  }),
});
type Input = z.infer<typeof inputShape>;

interface MailPorts {
  readonly outbox: Outbox;
  /** Links of the stack as links of this runtime. */
  readonly local: (text: string) => string;
  /** Is given what SES would publish. */
  readonly tell: (event: string) => void;
}

export function mailService({ outbox, local, tell }: MailPorts): ControlService {
  return ({ method, url, body, authorize }) => {
    if (method !== 'POST' || url.pathname !== PATH) return undefined;
    const parsed = inputShape.safeParse(body);
    const from = parsed.data?.FromEmailAddress ?? '';
    const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? '';
    authorize(mailCall(domain, parsed.data?.ConfigurationSetName ?? ''));
    if (!parsed.success) {
      throw new ServiceFault(400, 'BadRequestException', z.prettifyError(parsed.error));
    }
    const { Destination, Content, EmailTags } = parsed.data;
    const { Subject, Body, Headers } = Content.Simple;
    outbox.write({
      at: new Date().toISOString(),
      from,
      to: Destination.ToAddresses,
      subject: Subject.Data,
      text: local(Body.Text.Data),
      html: local(Body.Html.Data),
      headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, local(Value)])),
    });
    for (const address of Destination.ToAddresses) {
      const event = eventOf(address, EmailTags);
      if (event) tell(JSON.stringify(event));
    }
    return { statusCode: 200, body: { MessageId: randomUUID() } };
  };
}

function eventOf(address: string, given: Input['EmailTags']): object | undefined {
  const tags = Object.fromEntries(given.map(({ Name, Value }) => [Name, [Value]]));
  const mail = { destination: [address], tags };
  const recipients = [{ emailAddress: address }];
  switch (address) {
    case 'bounce@simulator.amazonses.com': {
      const bounce = { bounceType: 'Permanent', bouncedRecipients: recipients };
      return { eventType: 'Bounce', mail, bounce };
    }
    case 'complaint@simulator.amazonses.com':
      return { eventType: 'Complaint', mail, complaint: { complainedRecipients: recipients } };
    default:
      return undefined;
  }
}

const subscriptionShape = z.object({ Protocol: z.literal('sqs'), Endpoint: z.string() });

/** To the queues that the template subscribes to its topic. */
export function feedbackTo(
  stack: Stack,
  { store, newMessage, writes }: SqsEmulator,
): (event: string) => void {
  const arns = stack
    .resources('AWS::SNS::Subscription')
    .flatMap(({ properties }) => subscriptionShape.safeParse(properties).data?.Endpoint ?? []);
  return (event) => {
    for (const arn of arns) store.getQueueByArn(arn)?.enqueue(newMessage(event));
    writes.now();
  };
}
