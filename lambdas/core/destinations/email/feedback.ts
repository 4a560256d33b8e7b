// What Amazon SES tells of mails that were sent: those that came back for good, and those that were reported as unwanted.
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
import * as z from 'zod';
import { ENVIRONMENTS, type Scope } from '../../scope.ts';

/** What ends a recipient. */
export interface Feedback extends Scope {
  readonly endpointId: string;
  readonly addresses: readonly string[];
  readonly state: 'bounced' | 'complained';
}

const tag = <T extends z.ZodType>(value: T) => z.tuple([value]).transform(([first]) => first);
const recipients = z.array(z.object({ emailAddress: z.string() }));
const eventSchema = z.object({
  eventType: z.string(),
  mail: z.object({
    tags: z.object({
      tenant: tag(z.string()),
      environment: tag(z.enum(ENVIRONMENTS)),
      endpoint: tag(z.string()),
    }),
  }),
  bounce: z.object({ bounceType: z.string(), bouncedRecipients: recipients }).optional(),
  complaint: z.object({ complainedRecipients: recipients }).optional(),
});

/**
 * Undefined of an event that ends nobody, such as a bounce that may pass.
 * @throws Error if it has not the form of an event of ours
 */
export function readFeedback(body: string): Feedback | undefined {
  const { mail, bounce, complaint } = eventSchema.parse(JSON.parse(body));
  const { tenant, environment, endpoint: endpointId } = mail.tags;
  const place = { tenant, environment, endpointId };
  if (complaint) {
    const addresses = complaint.complainedRecipients.map(({ emailAddress }) => emailAddress);
    return { ...place, addresses, state: 'complained' };
  }
  if (bounce?.bounceType !== 'Permanent') return undefined;
  const addresses = bounce.bouncedRecipients.map(({ emailAddress }) => emailAddress);
  return { ...place, addresses, state: 'bounced' };
}
