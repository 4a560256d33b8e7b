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
/** What SES writes to a topic once, when it is given one. */
const GREETING = 'Successfully validated SNS topic for Amazon SES event publishing.';
const eventSchema = z.object({
  eventType: z.string(),
  mail: z.object({
    // As it was sent: who is told of in a bounce may be whom the address forwards to.
    destination: z.array(z.string()),
    tags: z.object({
      tenant: tag(z.string()),
      environment: tag(z.enum(ENVIRONMENTS)),
      endpoint: tag(z.string()),
    }),
  }),
  bounce: z.object({ bounceType: z.string() }).optional(),
  complaint: z.object({ complaintFeedbackType: z.string().nullish() }).optional(),
});

/**
 * Undefined of an event that ends nobody, such as a bounce that may pass.
 * @throws Error if it has not the form of an event of ours
 */
export function readFeedback(body: string): Feedback | undefined {
  if (body.trim() === GREETING) return undefined;
  const { mail, bounce, complaint } = eventSchema.parse(JSON.parse(body));
  const { tenant, environment, endpoint: endpointId } = mail.tags;
  const ended = { tenant, environment, endpointId, addresses: mail.destination };
  if (complaint) {
    const isUnwanted = complaint.complaintFeedbackType !== 'not-spam';
    return isUnwanted ? { ...ended, state: 'complained' } : undefined;
  }
  return bounce?.bounceType === 'Permanent' ? { ...ended, state: 'bounced' } : undefined;
}
