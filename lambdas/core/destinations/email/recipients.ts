// Who gets an endpoint's mails: addresses, of which each is asked before anything is sent to it.
import * as z from 'zod';

/** What requests may give of them. */
export const MAX_RECIPIENTS = 10;
/** RFC 5321, section 4.5.3.1. */
const MAX_ADDRESS_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/**
 * RFC 5322's dot-atom before the @, a name in ASCII after it: no quotes, comments or lists, which are read in many ways, and
 * neither the signs of old routes nor what begins an encoded word.
 */
const ADDRESS =
  /^(?!=\?)[\w#$&'*+/=?^`{|}~-]+(\.[\w#$&'*+/=?^`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/** `pending` until its owner says yes. What comes after `confirmed` ends it for good. */
const RECIPIENT_STATES = ['pending', 'confirmed', 'unsubscribed', 'bounced', 'complained'] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

export interface Recipient {
  readonly address: string;
  readonly state: RecipientState;
  /** When it came into its state, Unix milliseconds; absent while it is pending. */
  readonly sinceMs?: number;
}

export const addressSchema = z
  .string()
  .max(MAX_ADDRESS_LENGTH)
  .refine(isAddress, 'must be an e-mail address such as ops@example.com')
  .meta({ format: 'email' });

function isAddress(text: string): boolean {
  return ADDRESS.test(text) && text.indexOf('@') <= MAX_LOCAL_LENGTH;
}

export const recipientsSchema = z
  .array(addressSchema)
  .min(1)
  .max(MAX_RECIPIENTS)
  .refine(
    (addresses) => new Set(addresses.map(keyOf)).size === addresses.length,
    'must not repeat an address',
  );

export const shownRecipientsSchema = z
  .array(
    z
      .strictObject({
        address: z.string(),
        state: z.enum(RECIPIENT_STATES),
        since: z.iso
          .datetime()
          .nullable()
          .meta({ description: 'When it came into its state; null while it is pending.' }),
      })
      .meta({ id: 'Recipient' }),
  )
  .meta({ description: 'Of the contract email, in the place of a URL.' });

export type ShownRecipients = z.infer<typeof shownRecipientsSchema>;

/** Two spellings of one mailbox, as far as anybody but its own server can tell. */
function keyOf(address: string): string {
  return address.toLowerCase();
}

export const isSameAddress = (one: string, other: string): boolean => keyOf(one) === keyOf(other);

/** Those of an endpoint whose recipients are given anew: who stays, stays as it is. */
export function recipientsOf(
  addresses: readonly string[],
  before: readonly Recipient[] = [],
): readonly Recipient[] {
  return addresses.map(
    (address) =>
      before.find((known) => isSameAddress(known.address, address)) ?? {
        address,
        state: 'pending',
      },
  );
}

export const inState = (
  recipients: readonly Recipient[],
  state: RecipientState,
): readonly Recipient[] => recipients.filter((one) => one.state === state);

/** What may follow on a state: nobody is asked twice, and nothing but a new question brings back who has left. */
const BEFORE: Readonly<Record<Exclude<RecipientState, 'pending'>, readonly RecipientState[]>> = {
  confirmed: ['pending'],
  unsubscribed: ['pending', 'confirmed'],
  bounced: ['pending', 'confirmed'],
  complained: ['pending', 'confirmed', 'unsubscribed', 'bounced'],
};

/** The recipients with one of them in another state; undefined if that changes nothing. */
export function withState(
  recipients: readonly Recipient[],
  address: string,
  state: Exclude<RecipientState, 'pending'>,
  nowMs: number,
): readonly Recipient[] | undefined {
  const found = recipients.find((one) => isSameAddress(one.address, address));
  if (!found || !BEFORE[state].includes(found.state)) return undefined;
  return recipients.map((one) => (one === found ? { ...one, state, sinceMs: nowMs } : one));
}
