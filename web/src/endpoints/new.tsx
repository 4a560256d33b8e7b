// A new endpoint: five steps on one page, ending in a test and a receiver. It is created paused, so nothing but the test
// is sent before somebody says so.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi, useLoad, useScope } from '../base/loading.ts';
import type { Endpoint, EventType, Page, TestReport } from '../base/models.ts';
import { allPages } from '../base/pages.ts';
import { go, href, useRoute } from '../base/router.ts';
import { isSuccess } from '../parts/badge.tsx';
import { Button, LinkButton } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Field } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Card, Facts, Head } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { CHATS, CONTRACTS, type Contract } from './contracts.ts';
import { Types } from './event-choice.tsx';
import { Receiver } from './receiver.tsx';
import { TestResult } from './test.tsx';

interface Made {
  readonly endpoint: Endpoint;
  readonly secret: string | undefined;
}

export function NewEndpoint() {
  const api = useApi();
  const { tenant, environment } = useScope();
  const isForNotices = useRoute().query.get('for') === 'notices';
  const [url, setUrl] = useState('');
  const [name, setName] = useState('');
  const [patterns, setPatterns] = useState<ReadonlySet<string>>(
    new Set(isForNotices ? ['posthorn.*'] : []),
  );
  const [contract, setContract] = useState<Contract>(isForNotices ? 'slack' : 'standard-webhooks');
  const chat = CHATS.get(contract);
  const [made, setMade] = useState<Made>();
  const [report, setReport] = useState<TestReport>();
  const creating = useAction();
  const testing = useAction();
  const types = useLoad(
    'event types to choose',
    async (one, signal) =>
      (
        await allPages<EventType>((cursor) =>
          one.get<Page<EventType>>(path`/v1/event-types`, { cursor, limit: 100 }, signal),
        )
      ).rows,
  );

  const create = (event: SubmitEvent) => {
    event.preventDefault();
    void creating.run(async () => {
      const body = {
        url: url.trim(),
        description: name.trim(),
        contract,
        eventTypes: [...patterns],
      };
      const endpoint = await api.post<Endpoint>(path`/v1/endpoints`, body);
      await api.post(path`/v1/endpoints/${endpoint.id}/pause`);
      // Of a chat it is the URL, which is shown masked from now on.
      const secret = chat
        ? undefined
        : await api
            .get<{ secret: string }>(path`/v1/endpoints/${endpoint.id}/secret`)
            .catch(() => undefined);
      setUrl(endpoint.url ?? '');
      setMade({ endpoint, secret: secret?.secret });
    });
  };
  const test = () =>
    testing.run(async () =>
      setReport(await api.post<TestReport>(path`/v1/endpoints/${made?.endpoint.id ?? ''}/test`)),
    );
  const finish = () =>
    testing.run(async () => {
      if (made === undefined) return;
      await api.post(path`/v1/endpoints/${made.endpoint.id}/resume`);
      say('The endpoint is live: events are sent to it from now on.');
      go(href(['endpoints', made.endpoint.id]));
    });

  const isMade = made !== undefined;
  const urlFault = creating.fault?.errors.find((one) => one.path === '/url')?.message;
  return (
    <>
      <Head
        title="New endpoint"
        crumbs={[['Endpoints', href(['endpoints'])], ['New']]}
        lead={`${!IS_PORTAL && tenant ? `For ${tenant}, ${environment}. ` : ''}Nothing is sent but the test until you switch it on.`}
      >
        <LinkButton to={href(['endpoints'])}>Cancel</LinkButton>
      </Head>
      <div class="cols lead">
        <ol class="steps">
          <Step n={1} title="Where to" isDone={isMade}>
            <form class="stack" id="new" onSubmit={create}>
              <Field
                label="URL of the receiver"
                type="url"
                value={url}
                onInput={setUrl}
                required
                fault={urlFault}
                placeholder="https://hooks.example.com/kyc"
                hint={
                  chat
                    ? `The incoming webhook that the chat gave you, at ${chat} Keep it secret.`
                    : 'HTTPS, a public name. It is checked when the endpoint is created.'
                }
              />
              <Field
                label="Name"
                value={name}
                onInput={setName}
                hint="Shown in lists and messages."
              />
            </form>
          </Step>
          <Step n={2} title="Which events" isDone={isMade}>
            <Types types={types.value ?? []} chosen={patterns} onChange={setPatterns} />
          </Step>
          <Step n={3} title="How it is signed and tried again" isDone={isMade}>
            <fieldset>
              <legend class="sr">Contract</legend>
              <div class="cols">
                {CONTRACTS.map(([one, words]) => (
                  <label key={one} class="option">
                    <input
                      type="radio"
                      name="contract"
                      checked={one === contract}
                      disabled={isMade}
                      onChange={() => setContract(one)}
                    />
                    <span>
                      <b>{one}</b>
                      <span class="sub">{words}</span>
                    </span>
                  </label>
                ))}
              </div>
            </fieldset>
            <p class="small muted">
              {contract === 'idnow'
                ? 'Tried again 10 times within 17 minutes.'
                : 'Tried again for up to 40 days, 65 times.'}{' '}
              Policy, timeout and all else can be changed on its page.
            </p>
            {!isMade && (
              <>
                <FaultNote fault={urlFault ? undefined : creating.fault} />
                <button type="submit" form="new" class="btn primary" disabled={creating.isBusy}>
                  {creating.isBusy ? 'Creating…' : 'Create, switched off'}
                </button>
              </>
            )}
          </Step>
          <Step
            n={4}
            title="The receiver"
            isDone={report !== undefined && isSuccess(report.outcome)}
            isOff={!isMade}
          >
            {chat ? (
              <p class="small">
                The chat shows what comes. Its URL is kept as a secret, and shown masked from now
                on.
              </p>
            ) : (
              <>
                {made?.secret && (
                  <p class="row">
                    Its secret: <code>{made.secret}</code>{' '}
                    <Copy text={made.secret} what="the secret" />
                  </p>
                )}
                <Receiver contract={contract} />
              </>
            )}
          </Step>
          <Step
            n={5}
            title="Does it work?"
            isDone={report !== undefined && isSuccess(report.outcome)}
            isOff={!isMade}
          >
            {report && <TestResult report={report} isChat={chat !== undefined} />}
            <FaultNote fault={testing.fault} />
            <div class="row">
              <Button
                kind={report && isSuccess(report.outcome) ? undefined : 'primary'}
                icon="send"
                disabled={!isMade || testing.isBusy}
                onClick={test}
              >
                {report ? 'Test again' : chat ? 'Send a test message' : 'Send a signed test'}
              </Button>
              <Button
                kind={report && isSuccess(report.outcome) ? 'primary' : undefined}
                icon="play"
                disabled={!isMade || testing.isBusy}
                onClick={finish}
              >
                Switch it on
              </Button>
            </div>
          </Step>
        </ol>
        <div class="stack">
          <Card title="So far" pad>
            <Facts
              facts={[
                [
                  'Sends',
                  patterns.size === 0
                    ? 'Every event'
                    : [...patterns].map((one) => <code key={one}>{one} </code>),
                ],
                ['To', <code>{url || 'nowhere yet'}</code>],
                ['As', <code>{contract}</code>],
                ['Tested', report ? report.outcome : 'not yet'],
              ]}
            />
          </Card>
          {!IS_PORTAL && !chat && (
            <Card title="Before you go live" pad>
              <ul class="stack small">
                <li>
                  <b>Verify</b> the raw body before you parse it.
                </li>
                <li>
                  <b>Deduplicate</b> by the idempotency key: deliveries come at least once.
                </li>
                <li>
                  <b>Answer 2xx</b> at once and work afterwards.
                </li>
              </ul>
            </Card>
          )}
        </div>
      </div>
    </>
  );
}

interface StepProps {
  readonly n: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly isOff?: boolean;
  readonly children: ComponentChildren;
}

function Step({ n, title, isDone, isOff, children }: StepProps) {
  return (
    <li>
      <span class={isDone ? 'n ok' : isOff ? 'n' : 'n now'} aria-hidden="true">
        {isDone ? <Icon name="tick" /> : n}
      </span>
      <section class="card" aria-labelledby={`step${n}`}>
        <header>
          <h2 id={`step${n}`}>
            <span class="sr">{`Step ${n}: `}</span>
            {title}
          </h2>
        </header>
        <div class="pad stack">{children}</div>
      </section>
    </li>
  );
}
