// Bounces and complaints: the recipient gets nothing more. What cannot be read stays in its queue, until SQS drops it.
import { type Feedback, readFeedback } from '../core/destinations/email/feedback.ts';
import { withState } from '../core/destinations/email/recipients.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import { inParallel } from '../core/in-parallel.ts';
import { optimistically } from '../core/optimistic.ts';
import type { Surroundings } from '../core/surroundings.ts';

const ROUNDS = 5;
const AT_ONCE = 10;

interface MailEvent {
  readonly id: string;
  readonly body: string;
}

/** The queue that SES's events come into. */
export interface MailEventQueue {
  /** Some; none if there are none now. */
  receive(): Promise<readonly (MailEvent & { readonly receipt: string })[]>;
  remove(receipts: readonly string[]): Promise<void>;
}

interface MailEventPorts {
  readonly mailEvents: MailEventQueue;
  readonly registry: Pick<EndpointStore, 'getEndpoint' | 'replaceEndpoint'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly ended: (feedback: Feedback) => void;
  readonly failed: (event: MailEvent, error: unknown) => void;
}

export async function takeMailEvents(ports: MailEventPorts, isOver: () => boolean): Promise<void> {
  const { mailEvents, failed } = ports;
  const seen = new Set<string>();
  while (!isOver()) {
    const events = (await mailEvents.receive()).filter(({ id }) => !seen.has(id));
    if (events.length === 0) return;
    for (const { id } of events) seen.add(id);
    const done = await inParallel(events, AT_ONCE, async (event) => {
      try {
        const feedback = readFeedback(event.body);
        if (feedback) await end(ports, feedback);
        return [event.receipt];
      } catch (error) {
        failed(event, error);
        return [];
      }
    });
    await mailEvents.remove(done.flat());
  }
}

/** Endpoints that are gone, and addresses that are no longer theirs, have nothing to end. */
async function end(
  { registry, surroundings, ended }: MailEventPorts,
  feedback: Feedback,
): Promise<void> {
  const isWritten = await optimistically(ROUNDS, async () => {
    const before = await registry.getEndpoint(feedback, feedback.endpointId);
    if (before?.deletedAtMs !== undefined || before?.destination.kind !== 'email') return true;
    const { recipients } = before.destination;
    const after = feedback.addresses.reduce(
      (all, address) => withState(all, address, feedback.state, surroundings.now()) ?? all,
      recipients,
    );
    if (after === recipients) return true;
    const destination = { kind: 'email', recipients: after } as const;
    const endpoint = { ...before, destination, version: before.version + 1 };
    return (await registry.replaceEndpoint(before, endpoint)) || undefined;
  });
  if (!isWritten) throw new Error('the endpoint is being changed');
  ended(feedback);
}
