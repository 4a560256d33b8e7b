// One delivery: what was sent, what came back, what next.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { memberText } from '../base/json-text.ts';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { Endpoint, EventWithDeliveries, Delivery as Model } from '../base/models.ts';
import { duration } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { absolute, useNow } from '../base/time.ts';
import { nameOf, targetOf } from '../lookups/endpoints.ts';
import { DeliveryBadge, isSuccess } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Exchange } from '../parts/code.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Card, Facts, Head, None, Note, Text } from '../parts/layout.tsx';
import { NotRead } from '../parts/not-read.tsx';
import { FaultNote, Stale } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { Attempts } from './attempts.tsx';
import { comingOfDelivery } from './coming.ts';
import { curlOf } from './curl.ts';
import { Next } from './next.tsx';
import { wordsOf } from './words.ts';

interface Whole {
  readonly delivery: Model;
  /** Undefined once it is deleted, or where this session may not see it. */
  readonly endpoint: Endpoint | undefined;
}

const EVERY_MS = 4000;

export function Delivery({ id }: { readonly id: string }) {
  const loaded = useLoad<Whole>(
    `delivery ${id}`,
    async (api, signal) => {
      const delivery = await api.get<Model>(path`/v1/deliveries/${id}`, {}, signal);
      const endpoint = await api
        .get<Endpoint>(path`/v1/endpoints/${delivery.endpoint}`, {}, signal)
        .catch(() => undefined);
      return { delivery, endpoint };
    },
    EVERY_MS,
  );
  if (loaded.value === undefined)
    return <NotRead title="Delivery" list="Deliveries" id={id} loaded={loaded} />;
  return (
    <>
      <Stale loaded={loaded} />
      <Details {...loaded.value} onChange={loaded.reload} />
    </>
  );
}

function Details({ delivery, endpoint, onChange }: Whole & { readonly onChange: () => void }) {
  const now = useNow();
  const coming =
    endpoint && delivery.status === 'waiting'
      ? comingOfDelivery(delivery, endpoint.retryPolicy)
      : undefined;
  const words = wordsOf(delivery, endpoint, coming, now);
  const name = endpoint ? nameOf(endpoint) : delivery.endpoint;
  return (
    <>
      <Head
        title={`${delivery.type} to ${name}`}
        shown={
          <>
            <span class="mono">{delivery.type}</span> to <Text>{name}</Text>
          </>
        }
        badge={<DeliveryBadge status={delivery.status} />}
        crumbs={[
          ['Deliveries', href(['deliveries'])],
          [name, href(['endpoints', delivery.endpoint])],
          ['Delivery'],
        ]}
        lead={
          <span class="tiny muted">
            <code>{delivery.id}</code> <Copy text={delivery.id} what="the delivery’s id" />
          </span>
        }
      >
        <Actions delivery={delivery} endpoint={endpoint} onChange={onChange} />
      </Head>
      <div class="stack">
        <Note tone={words.tone} icon={delivery.status === 'waiting' ? 'clock' : undefined}>
          <p>
            <b>{words.first}</b>
          </p>
          {words.more && (
            <p>
              {words.more}{' '}
              {endpoint && endpoint.health.failures > 1 && (
                <a
                  href={href(['endpoints', endpoint.id])}
                >{`${endpoint.health.failures} attempts in a row failed at this endpoint`}</a>
              )}
            </p>
          )}
        </Note>
        {delivery.attempts.length > 0 && (
          <Attempts attempts={delivery.attempts} timeoutMs={endpoint?.timeoutMs} />
        )}
        {coming && endpoint && <Next delivery={delivery} endpoint={endpoint} coming={coming} />}
        <RequestAndResponse delivery={delivery} endpoint={endpoint} />
        <div class="cols">
          <Card title="Details" pad>
            <Facts
              facts={[
                [
                  'Event',
                  <a href={href(['events', delivery.event])}>
                    <code>{delivery.event}</code>
                  </a>,
                ],
                [
                  'Subject',
                  delivery.subject === null ? (
                    <None />
                  ) : (
                    <a href={href(['events'], { subject: delivery.subject })}>
                      <Text>{delivery.subject}</Text>
                    </a>
                  ),
                ],
                ['Accepted', <When at={delivery.acceptedAt} as="full" />],
                delivery.firstAttemptAt !== null && [
                  'First attempt',
                  <When at={delivery.firstAttemptAt} as="full" />,
                ],
                delivery.deliveredAt !== null && [
                  'Delivered',
                  <When at={delivery.deliveredAt} as="full" />,
                ],
                [
                  'Deadline',
                  delivery.deadlineAt === null ? (
                    <None />
                  ) : (
                    <When at={delivery.deadlineAt} as="full" />
                  ),
                ],
                ['Run', `${delivery.run}${delivery.run === 1 ? ', the first' : ''}`],
                delivery.transformVersion !== null && [
                  'Transformation',
                  <code>{delivery.transformVersion}</code>,
                ],
                delivery.replay !== null && [
                  'Opened by',
                  <a href={href(['replays', delivery.replay])}>
                    <code>{delivery.replay}</code>
                  </a>,
                ],
                delivery.redactedAt !== null && [
                  'Redacted',
                  <When at={delivery.redactedAt} as="full" />,
                ],
              ]}
            />
          </Card>
          <Card title="What you can do" pad>
            <ul class="stack">
              <li>
                <b>Retry now</b> opens a new run: due at once, with the whole policy and a deadline
                of its own, under the same idempotency key.
              </li>
              <li>
                <b>Cancel</b> ends it. Nothing more is sent; it can be retried later.
              </li>
              <li>
                <b>Recover</b> <a href={href(['endpoints', delivery.endpoint])}>its endpoint</a>,
                once it is fixed, to send all that failed, oldest first.
              </li>
            </ul>
          </Card>
        </div>
      </div>
    </>
  );
}

function Actions({ delivery, endpoint, onChange }: Whole & { readonly onChange: () => void }) {
  const api = useApi();
  const may = useMay('deliveries:write');
  const action = useAction();
  const [isAsked, setAsked] = useState(false);
  const isOpen =
    delivery.status === 'waiting' || delivery.status === 'held' || delivery.status === 'pending';
  const act = (verb: 'retry' | 'cancel', words: string) =>
    action.run(async () => {
      await api.post(path`/v1/deliveries/${delivery.id}/${verb}`);
      setAsked(false);
      say(words);
      onChange();
    });
  return (
    <>
      {may && (
        <Button
          kind="primary"
          icon="again"
          disabled={action.isBusy}
          onClick={() => act('retry', 'A new run was opened. Its first attempt is due now.')}
        >
          Retry now
        </Button>
      )}
      {may && isOpen && (
        <Button icon="slash" onClick={() => setAsked(true)}>
          Cancel…
        </Button>
      )}
      {delivery.lastRequest && endpoint && <CopyAsCurl delivery={delivery} endpoint={endpoint} />}
      {isAsked && (
        <Ask
          title="Cancel this delivery?"
          action="Cancel the delivery"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setAsked(false)}
          onAct={() => act('cancel', 'The delivery was cancelled.')}
        >
          <p>
            Nothing more is sent to the endpoint for this event. What is under way is not stopped.
            It can be retried later.
          </p>
        </Ask>
      )}
      {!isAsked && <FaultNote fault={action.fault} />}
    </>
  );
}

/** The body is not kept: of standard-webhooks it is made of the event's data as it was posted. */
function CopyAsCurl({
  delivery,
  endpoint,
}: {
  readonly delivery: Model;
  readonly endpoint: Endpoint;
}) {
  const api = useApi();
  const text = async () => {
    const { headers } = delivery.lastRequest ?? { headers: {} };
    const event = await api.request<EventWithDeliveries>(path`/v1/events/${delivery.event}`);
    return curlOf({
      method: endpoint.method,
      url: targetOf(endpoint),
      headers,
      ...(bodyOf(endpoint, delivery, event.text) ?? {}),
    });
  };
  return <Copy text={text} what="the request as curl" words="Copy as curl" tall />;
}

function bodyOf(
  { contract, encryption }: Endpoint,
  { type, occurredAt, acceptedAt, transformVersion }: Model,
  event: string,
): { body: string } | undefined {
  const data = memberText(event, 'data');
  if (
    data === undefined ||
    data === 'null' ||
    transformVersion !== null ||
    contract !== 'standard-webhooks' ||
    encryption !== null
  )
    return undefined;
  return {
    body: `{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(occurredAt ?? acceptedAt)},"data":${data}}`,
  };
}

function RequestAndResponse({ delivery, endpoint }: Whole) {
  const last = delivery.attempts.at(-1);
  const { lastRequest, lastResponse } = delivery;
  const event = useLoad(
    `event of ${delivery.id}`,
    async (api, signal) => (await api.request(path`/v1/events/${delivery.event}`, { signal })).text,
  );
  if (last === undefined || (lastRequest === null && lastResponse === null)) {
    return isSuccess(last?.outcome ?? '') ? (
      <Card title="Request and response" pad>
        <p class="muted">Of a delivery that succeeded at once, only the outcome is kept.</p>
      </Card>
    ) : null;
  }
  const body = endpoint && event.value ? bodyOf(endpoint, delivery, event.value)?.body : undefined;
  return (
    <>
      <h2>Request and response</h2>
      <div class="cols stretch">
        <Card
          title="Request"
          aside={
            <span class="small muted">{`Attempt ${last.number}, ${absolute(last.at, true)}`}</span>
          }
          footer={
            body === undefined
              ? 'The headers as they were sent. The body is made of the event’s data by the endpoint’s contract.'
              : 'The headers as they were sent; the body as it is made of the event’s data. Credentials are masked.'
          }
        >
          {lastRequest ? (
            <Exchange
              label={`Request of attempt ${last.number}`}
              first={endpoint ? `${endpoint.method} ${targetOf(endpoint)}` : 'Headers'}
              headers={lastRequest.headers}
              body={body}
            />
          ) : (
            <p class="pad muted">It was not kept.</p>
          )}
        </Card>
        <Card
          title="Response"
          aside={<span class="small muted">{`${duration(last.durationMs)} later`}</span>}
          footer="Of long answers the first 1,024 bytes are kept. Shown as text, never run."
        >
          {lastResponse ? (
            <Exchange
              label={`Response to attempt ${last.number}`}
              first={String(lastResponse.status)}
              tone={lastResponse.status < 300 ? 'ok' : 'bad'}
              headers={lastResponse.headers}
              body={lastResponse.body}
            />
          ) : (
            <p class="pad">
              <b class="is-bad mono">{last.outcome}</b>{' '}
              {last.detail ? <Text>{last.detail}</Text> : 'Nothing came back.'}
            </p>
          )}
        </Card>
      </div>
    </>
  );
}
