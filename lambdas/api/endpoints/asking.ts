// Recipients are asked by a mail with a link of their own before anything else is sent to them.
import { type TestDeliveries, type TestReport, unsentReport } from '../../core/deliveries/test.ts';
import { MAX_QUESTIONS, type QuestionLedger } from '../../core/destinations/email/questions.ts';
import { inState } from '../../core/destinations/email/recipients.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { TestNotSentError } from '../../core/errors.ts';
import type { Surroundings } from '../../core/surroundings.ts';

export interface AskingPorts {
  readonly questions: QuestionLedger;
  readonly tests: TestDeliveries;
  readonly surroundings: Surroundings;
}

const TOO_OFTEN = `Nobody may be asked again today: at most ${MAX_QUESTIONS.perTenantAndAddress} such mails a day go to an address, and ${MAX_QUESTIONS.perTenant} from a tenant.`;

export function pendingOf({ destination }: Endpoint): readonly string[] {
  if (destination.kind !== 'email') return [];
  return inState(destination.recipients, 'pending').map(({ address }) => address);
}

/** @throws TestNotSentError */
export async function ask(
  { questions, tests, surroundings }: AskingPorts,
  endpoint: Endpoint,
  addresses: readonly string[],
): Promise<TestReport> {
  const { tenant, environment, id } = endpoint;
  const nowMs = surroundings.now();
  const asked: string[] = [];
  for (const address of addresses) {
    if (await questions.mayAsk(endpoint, address, nowMs)) asked.push(address);
  }
  if (asked.length > 0) return tests.send({ tenant, environment, endpointId: id, asked });
  const detail = addresses.length === 0 ? 'All recipients have answered.' : TOO_OFTEN;
  return unsentReport(nowMs, 'not_sent', detail);
}

/** If it fails, they are pending, and can be asked by `POST /v1/endpoints/{id}/verify`. */
export async function askNewRecipients(
  ports: AskingPorts,
  endpoint: Endpoint,
  before?: Endpoint,
): Promise<void> {
  const known = before ? pendingOf(before) : [];
  const added = pendingOf(endpoint).filter((address) => !known.includes(address));
  if (added.length === 0) return;
  try {
    await ask(ports, endpoint, added);
  } catch (error) {
    if (!(error instanceof TestNotSentError)) throw error;
  }
}
