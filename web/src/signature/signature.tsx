// Paste headers and body: the check runs in this browser and says which step fails.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { memberText } from '../base/json-text.ts';
import { useApi } from '../base/loading.ts';
import type { EventWithDeliveries } from '../base/models.ts';
import { bytes } from '../base/numbers.ts';
import { Button } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Card, Head, Note } from '../parts/layout.tsx';
import { Empty } from '../parts/states.tsx';
import {
  type CheckedContract,
  firstDifference,
  headersOf,
  type Verdict,
  verdictOf,
} from './checks.ts';

const CONTRACTS: readonly (readonly [CheckedContract, string])[] = [
  ['standard-webhooks', 'standard-webhooks'],
  ['kyc-hmac', 'kyc-hmac'],
  ['idnow', 'idnow'],
];

interface Checked {
  readonly verdict: Verdict;
  readonly sent: string | undefined;
  readonly pasted: string;
}

export function Signature() {
  const api = useApi();
  const [contract, setContract] = useState<CheckedContract>('standard-webhooks');
  const [headers, setHeaders] = useState('');
  const [body, setBody] = useState('');
  const [secret, setSecret] = useState('');
  const [checked, setChecked] = useState<Checked>();
  /** What was sent, put together from the event that the headers name. */
  const sentOf = async (): Promise<string | undefined> => {
    const id = headersOf(headers).get('webhook-id') ?? '';
    if (contract !== 'standard-webhooks' || !id.startsWith('evt_')) return undefined;
    try {
      const { value, text } = await api.request<EventWithDeliveries>(path`/v1/events/${id}`);
      const data = memberText(text, 'data');
      return (
        data &&
        `{"type":${JSON.stringify(value.type)},"timestamp":${JSON.stringify(value.occurredAt ?? value.acceptedAt)},"data":${data}}`
      );
    } catch {
      return undefined;
    }
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const sent = await sentOf();
    setChecked({
      verdict: await verdictOf({
        contract,
        headers,
        body,
        secret: secret.trim(),
        nowMs: Date.now(),
        sent,
      }),
      sent,
      pasted: body,
    });
  };
  return (
    <>
      <Head
        title="Check a signature"
        lead="Your receiver refuses a delivery? Paste what it got: this page says which step fails, and why."
      />
      <div class="cols">
        <Card title="What your receiver got" pad>
          <form class="stack" onSubmit={submit}>
            <Choice label="Contract" value={contract} options={CONTRACTS} onChange={setContract} />
            <Field
              label="Headers"
              rows={4}
              value={headers}
              onInput={setHeaders}
              required
              placeholder={'webhook-id: evt_…\nwebhook-timestamp: …\nwebhook-signature: v1,…'}
            />
            <Field
              label="Body, as your code hashed it"
              rows={9}
              value={body}
              onInput={setBody}
              hint={`${bytes(body)}. Paste it as it is: spaces and line ends count.`}
            />
            <Field
              label="Secret of the endpoint"
              type="password"
              value={secret}
              onInput={setSecret}
              required
              hint={
                <>
                  <Icon name="lock" /> Checked in this browser. It is neither sent nor kept.
                </>
              }
            />
            <Button type="submit" kind="primary" icon="shield">
              Check
            </Button>
          </form>
        </Card>
        {checked ? (
          <Result {...checked} />
        ) : (
          <Card title="The steps">
            <Empty icon="shield" title="Nothing checked yet">
              Headers, time, secret and body are checked one after the other, as a receiver should.
            </Empty>
          </Card>
        )}
      </div>
    </>
  );
}

function Result({ verdict, sent, pasted }: Checked) {
  const { checks, advice } = verdict;
  const failed = checks.findIndex(({ state }) => state === 'bad');
  const title =
    failed < 0 ? 'The signature is right' : `Step ${failed + 1} of ${checks.length} fails`;
  return (
    <section class="card" aria-live="polite">
      <header>
        <h2>{title}</h2>
      </header>
      <div class="pad stack">
        <ol class="steps tight">
          {checks.map(({ words, more, state }, nth) => (
            <li key={words}>
              <span class={`n ${state === 'open' ? '' : state}`}>
                <Icon name={state === 'ok' ? 'tick' : state === 'bad' ? 'close' : 'more'} />
                <span class="sr">{`Step ${nth + 1}, ${state === 'ok' ? 'holds' : state === 'bad' ? 'fails' : 'not reached'}: `}</span>
              </span>
              <div>
                <b>{words}</b>
                <span class="sub">{more}</span>
              </div>
            </li>
          ))}
        </ol>
        {failed === checks.length - 1 && sent !== undefined && sent !== pasted && (
          <Difference sent={sent} pasted={pasted} />
        )}
        {advice ? (
          <Note tone="info">
            <p>{advice}</p>
          </Note>
        ) : (
          <Note tone="ok">
            <p>
              <b>Your receiver should accept this.</b> If it does not, it hashes something else than
              this body, or it has another secret.
            </p>
          </Note>
        )}
      </div>
    </section>
  );
}

const AROUND = 40;

/** From where the two part to where they are the same again. */
function Difference({ sent, pasted }: { readonly sent: string; readonly pasted: string }) {
  // Whole values are easier to read than the digits in which they differ.
  const from =
    Math.max(
      ...[',', ':', '{', '['].map((mark) =>
        sent.lastIndexOf(mark, firstDifference(sent, pasted) - 1),
      ),
    ) + 1;
  const turned = (text: string) => [...text].toReversed().join('');
  const same = Math.min(
    firstDifference(turned(sent), turned(pasted)),
    Math.min(sent.length, pasted.length) - from,
  );
  const middle = (text: string) => text.slice(from, text.length - same).slice(0, 400);
  return (
    <>
      <h3>What changed</h3>
      <pre class="code" dir="ltr">
        …{sent.slice(Math.max(0, from - AROUND), from)}
        <del>{middle(sent)}</del>
        <ins>{middle(pasted)}</ins>
        {sent.slice(sent.length - same).slice(0, AROUND)}…
      </pre>
      <p class="small muted">
        <del>Sent</del> <ins>Pasted</ins>
      </p>
    </>
  );
}
