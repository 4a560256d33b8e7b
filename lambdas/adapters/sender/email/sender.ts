// E-mail's sender: a mail for each recipient, by Amazon SES. Those who have theirs get no second one because another's was
// refused.
import type { SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import type { MailContent } from '../../../core/contracts/messages/email.ts';
import { defined } from '../../../core/defined.ts';
import type { EmailTarget } from '../../../core/destinations/email/email.ts';
import { LINKS_PATH } from '../../../core/destinations/email/links.ts';
import { mailWithLink } from '../../../core/destinations/email/mail.ts';
import { MAX_RECIPIENTS } from '../../../core/destinations/email/recipients.ts';
import type { EmailSettings } from '../../../core/destinations/email/settings.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import type { OutgoingRequest, SendReport } from '../../../core/requests/sender.ts';
import { isSuccess, type Outcome } from '../../../core/retries/outcome.ts';
import type { Surroundings } from '../../../core/surroundings.ts';
import { Env } from '../../../environment.ts';
import { CLIENT_OPTIONS } from '../../aws/client-options.ts';
import { tableOf } from '../../aws/dynamodb/calls.ts';
import { createDynamoDb } from '../../aws/dynamodb/client.ts';
import { createMailProgress, type MailProgress } from '../../ledger/mails/progress.ts';
import type { SendEmail } from '../../on-demand/ses.ts';
import { readSettings, variable } from '../../surroundings.ts';
import { failure } from '../http/outcome.ts';
import { outcomeOf } from './outcome.ts';

export type MailRequest = OutgoingRequest & EmailTarget;

export interface MailPorts {
  readonly settings: EmailSettings;
  /** The API's address, without a slash at its end. */
  readonly apiUrl: string;
  readonly configurationSet: string;
  readonly progress: MailProgress;
  readonly sendEmail: SendEmail;
}

const NOBODY =
  'No recipient takes mails: none has said yes, or all have left or cannot be reached.';
const NOT_SET_UP = 'This deployment sends no e-mail: its setting email is not set.';

export function createEmailSender(
  _rules: unknown,
  surroundings: Surroundings,
  ports = portsOfStack(),
): { send(request: MailRequest): Promise<SendReport> } {
  return {
    async send(request) {
      const startedAtMs = surroundings.now();
      const outcome = ports
        ? await sendToAll(ports, request, surroundings)
        : failure('blocked_address', NOT_SET_UP);
      return { outcome, startedAtMs, endedAtMs: surroundings.now() };
    },
  };
}

/** Undefined where the stack sends none. */
function portsOfStack(): MailPorts | undefined {
  const { email: settings } = readSettings();
  if (!settings) return undefined;
  let loaded: Promise<SendEmail> | undefined;
  const load = async () =>
    // A second try may be a second mail: retries are the policy's.
    (await import('#on-demand/ses')).createSendEmail({ ...CLIENT_OPTIONS, maxAttempts: 1 });
  return {
    settings,
    apiUrl: variable(Env.apiUrl),
    configurationSet: variable(Env.mailConfigurationSet),
    progress: createMailProgress(tableOf(createDynamoDb(), variable(Env.ledgerTable))),
    sendEmail: async (...given) => {
      loaded ??= load();
      return (await loaded)(...given);
    },
  };
}

async function sendToAll(
  ports: MailPorts,
  request: MailRequest,
  { now }: Surroundings,
): Promise<Outcome> {
  const { recipients, place } = request;
  if (recipients.length === 0) return failure('undeliverable', NOBODY);
  const key = keyOf(request);
  const before = key === undefined ? NOBODY_YET : await ports.progress.read(place, key);
  const hasMail = ({ address }: { readonly address: string }) =>
    ports.progress.isDone(before, address);
  // One limit for all: what sends them waits no longer than for any other receiver.
  const signal = AbortSignal.timeout(request.timeoutMs);
  const tried = await inParallel(
    recipients.filter((one) => !hasMail(one)),
    MAX_RECIPIENTS,
    async ({ address, link }) => ({
      address,
      outcome: await sendToOne(ports, request, { address, link, signal }),
    }),
  );
  const sent = tried.filter(({ outcome }) => isSuccess(outcome));
  const refused = tried.filter(({ outcome }) => isRefused(outcome));
  const failed = tried.find(({ outcome }) => !isSuccess(outcome) && !isRefused(outcome));
  // Once all are done, none is: a run that is begun anew sends to all.
  const done = failed ? [...recipients.filter(hasMail), ...sent] : [];
  if (key !== undefined && done.length + before.size > 0) {
    const addresses = done.map(({ address }) => address);
    await ports.progress.write(place, key, addresses, now());
  }
  if (failed) return failed.outcome;
  if (sent.length + before.size === 0) {
    return refused[0]?.outcome ?? failure('undeliverable', NOBODY);
  }
  const [first] = sent;
  return first && tried.length === 1
    ? first.outcome
    : accepted({ sent: sent.length + before.size, refused: refused.length });
}

const NOBODY_YET: ReadonlySet<string> = new Set();

const keyOf = ({ headers }: MailRequest): string | undefined =>
  headers.find(([name]) => name === 'Idempotency-Key')?.[1];

const isRefused = (outcome: Outcome): boolean =>
  outcome.kind === 'failure' && outcome.failure === 'undeliverable';

const accepted = (said: object): Outcome => ({
  kind: 'response',
  response: { status: 200, headers: {}, body: JSON.stringify(said) },
});

interface One {
  readonly address: string;
  readonly link: string;
  readonly signal: AbortSignal;
}

async function sendToOne(
  ports: MailPorts,
  request: MailRequest,
  { address, link, signal }: One,
): Promise<Outcome> {
  try {
    const input = inputFor(ports, request, address, link);
    return accepted({ messageId: await ports.sendEmail(input, signal) });
  } catch (error) {
    return outcomeOf(error, signal.aborted, request.timeoutMs);
  }
}

/** One recipient in each, so that nobody sees another's address. */
function inputFor(
  { settings, apiUrl, configurationSet }: MailPorts,
  { body, purpose, place }: MailRequest,
  address: string,
  link: string,
): SendEmailCommandInput {
  // What the contract email shaped, or the question.
  const content = JSON.parse(body.toString()) as MailContent;
  const mail = mailWithLink(content, purpose, `${apiUrl}${LINKS_PATH}${link}`);
  const { from, fromName, replyTo } = settings;
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return defined({
    FromEmailAddress: fromName === undefined ? from : `${encodedName(fromName)} <${from}>`,
    ReplyToAddresses: replyTo === undefined ? undefined : [replyTo],
    Destination: { ToAddresses: [address] },
    ConfigurationSetName: configurationSet,
    // Events about the mail come with these: see sweep.
    EmailTags: [
      { Name: 'tenant', Value: place.tenant },
      { Name: 'environment', Value: place.environment },
      { Name: 'endpoint', Value: place.id },
    ],
    Content: {
      Simple: {
        Subject: utf8(mail.subject),
        Body: { Text: utf8(mail.text), Html: utf8(mail.html) },
        Headers: mail.headers.map(([Name, Value]) => ({ Name, Value })),
      },
    },
  });
}

/** A word of RFC 2047 has at most 75 characters, and no part of a letter. */
const MAX_WORD_BYTES = 45;

/** SES encodes subjects, and no names. */
function encodedName(name: string): string {
  if (/^[A-Za-z0-9 ]+$/.test(name)) return `"${name}"`;
  const words: string[] = [''];
  for (const letter of name) {
    const longer = `${words.at(-1)}${letter}`;
    if (Buffer.byteLength(longer) <= MAX_WORD_BYTES) words.splice(-1, 1, longer);
    else words.push(letter);
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}
