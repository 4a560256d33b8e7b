// One event: where it went, why not elsewhere, and its data exactly as posted.
import type { FunctionComponent } from 'preact';
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { memberText } from '../base/json-text.ts';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { Delivery, EventWithDeliveries } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { briefly, useNow } from '../base/time.ts';
import type { Span } from '../charts/frame.tsx';
import { Moments } from '../charts/moments.tsx';
import { Due } from '../deliveries/columns.tsx';
import { type EndpointsById, nameOf, useEndpoints } from '../lookups/endpoints.ts';
import { DeliveryBadge, isSuccess } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { ExactJson } from '../parts/code.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Card, Facts, Head, None, Text } from '../parts/layout.tsx';
import { NotRead } from '../parts/not-read.tsx';
import { Empty, FaultNote, Stale } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { NotMatched } from './not-matched.tsx';

const EVERY_MS = 4000;

interface Read {
  readonly event: EventWithDeliveries;
  /** The data's source text; undefined once it is redacted. */
  readonly data: string | undefined;
}

interface EventProps {
  readonly id: string;
  /** How it was routed; the portal has none of it. */
  readonly routing?: FunctionComponent<{ readonly event: EventWithDeliveries }>;
}

export function Event({ id, routing: Routing }: EventProps) {
  const loaded = useLoad<Read>(
    `event ${id}`,
    async (api, signal) => {
      const { value, text } = await api.request<EventWithDeliveries>(path`/v1/events/${id}`, {
        signal,
      });
      return { event: value, data: value.data === null ? undefined : memberText(text, 'data') };
    },
    EVERY_MS,
  );
  const endpoints = useEndpoints();
  if (loaded.value === undefined)
    return <NotRead title="Event" list="Events" id={id} loaded={loaded} />;
  const { event, data } = loaded.value;
  return (
    <>
      <Head
        title={`${event.type}: ${answerOf(event.deliveries)}`}
        shown={
          <>
            <span class="mono">{event.type}</span>: {answerOf(event.deliveries)}
          </>
        }
        crumbs={[['Events', href(['events'])], ['Event']]}
        lead={
          <span class="tiny muted">
            <code>{event.id}</code> <Copy text={event.id} what="the event’s id" />
          </span>
        }
      >
        {!IS_PORTAL && <Redact event={event} onChange={loaded.reload} />}
      </Head>
      <div class="stack">
        <Stale loaded={loaded} />
        <Targets event={event} endpoints={endpoints.value ?? new Map()} />
        {Routing && <Routing event={event} />}
        <NotMatched event={event} endpoints={endpoints.value} />
        <div class="cols lead">
          {data === undefined ? (
            <Card title="Data">
              <Empty icon="slash" title="Redacted">
                Its data and subject were removed for good.
              </Empty>
            </Card>
          ) : (
            <ExactJson title="Data, exactly as posted" text={data} />
          )}
          <Card title="Details" pad>
            <Facts
              facts={[
                [
                  'Subject',
                  event.subject === null ? (
                    <None />
                  ) : (
                    <a href={href(['events'], { subject: event.subject })}>
                      <Text>{event.subject}</Text>
                    </a>
                  ),
                ],
                ['Accepted', <When at={event.acceptedAt} as="full" />],
                [
                  'Happened',
                  event.occurredAt === null ? (
                    <None>not said</None>
                  ) : (
                    <When at={event.occurredAt} as="full" />
                  ),
                ],
                [
                  'Channels',
                  event.channels.length === 0 ? (
                    <None />
                  ) : (
                    event.channels.map((one) => <code key={one}>{one} </code>)
                  ),
                ],
                event.redactedAt !== null && ['Redacted', <When at={event.redactedAt} as="full" />],
              ]}
            />
          </Card>
        </div>
      </div>
    </>
  );
}

/** "2 of 3 delivered, 1 waiting". */
export function answerOf(deliveries: readonly Delivery[]): string {
  if (deliveries.length === 0) return 'no endpoint matched';
  const delivered = deliveries.filter(({ status }) => status === 'delivered').length;
  if (delivered === deliveries.length)
    return deliveries.length === 1
      ? 'delivered'
      : `delivered to all ${deliveries.length} endpoints`;
  const others = Map.groupBy(
    deliveries.filter(({ status }) => status !== 'delivered'),
    ({ status }) => status,
  );
  return [
    `${delivered} of ${deliveries.length} delivered`,
    ...[...others].map(([status, some]) => `${some.length} ${status}`),
  ].join(', ');
}

interface TargetsProps {
  readonly event: EventWithDeliveries;
  readonly endpoints: EndpointsById;
}

function Targets({ event, endpoints }: TargetsProps) {
  const now = useNow();
  const { deliveries, deliveriesNext } = event;
  if (deliveries.length === 0) {
    return (
      <Card title="Where it went">
        <Empty icon="plug" title="Nowhere">
          No endpoint matched this event when it was accepted, or fan-out is about to find them.
        </Empty>
      </Card>
    );
  }
  const span = spanOf(event, now);
  return (
    <Card
      title="Where it went"
      aside={
        <span class="small muted">{`All attempts on one time axis, ${briefly(span.fromMs)} to ${briefly(span.toMs)}`}</span>
      }
      footer={
        deliveriesNext !== null ? (
          <a href={href(['deliveries'], { event: event.id })}>
            The first {deliveries.length} endpoints. Show all
          </a>
        ) : undefined
      }
    >
      <Table
        label="Targets"
        rows={deliveries}
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Endpoint',
            cell: ({ id, endpoint }) => {
              const known = endpoints.get(endpoint);
              return (
                <a href={href(['deliveries', id])}>
                  <b>{known ? <Text>{nameOf(known)}</Text> : <code>{endpoint}</code>}</b>
                </a>
              );
            },
          },
          { head: 'State', cell: ({ status }) => <DeliveryBadge status={status} /> },
          {
            head: 'Attempts on time',
            quietHead: true,
            looks: 'wide full',
            cell: ({ attempts, nextAttemptAt, status }) => (
              <Moments
                bare
                label={`${counted(attempts.length, 'attempt')}: ${attempts.map(({ outcome }) => outcome).join(', ')}`}
                span={span}
                now={now}
                moments={[
                  ...attempts.map(({ at, outcome }) => ({
                    at: Date.parse(at),
                    looks: isSuccess(outcome) ? ('ok' as const) : ('bad' as const),
                  })),
                  ...(nextAttemptAt !== null && status === 'waiting'
                    ? [{ at: Date.parse(nextAttemptAt), looks: 'coming' as const }]
                    : []),
                ]}
              />
            ),
          },
          { head: 'Attempts', looks: 'num', cell: ({ attempts }) => attempts.at(-1)?.number ?? 0 },
          {
            head: 'Last outcome',
            cell: ({ attempts }) => <code>{attempts.at(-1)?.outcome ?? ''}</code>,
          },
          { head: 'Next', looks: 'nowrap', cell: (delivery) => <Due {...delivery} /> },
        ]}
      />
    </Card>
  );
}

/** From its acceptance to the last thing that is known, with room at both ends. */
function spanOf({ acceptedAt, deliveries }: EventWithDeliveries, now: number): Span {
  const from = Date.parse(acceptedAt);
  const moments = deliveries.flatMap(({ attempts, nextAttemptAt, status }) => [
    ...attempts.map(({ at }) => Date.parse(at)),
    ...(nextAttemptAt !== null && status === 'waiting' ? [Date.parse(nextAttemptAt)] : []),
  ]);
  const isOpen = deliveries.some(
    ({ status }) => status === 'waiting' || status === 'held' || status === 'pending',
  );
  const to = Math.max(from + 1000, ...moments, ...(isOpen ? [now] : []));
  const room = (to - from) * 0.03;
  return { fromMs: from - room, toMs: to + room };
}

function Redact({
  event,
  onChange,
}: {
  readonly event: EventWithDeliveries;
  readonly onChange: () => void;
}) {
  const api = useApi();
  const may = useMay('events:redact');
  const action = useAction();
  const [isAsked, setAsked] = useState(false);
  if (!may || event.redactedAt !== null) return null;
  const redact = () =>
    action.run(async () => {
      await api.post(path`/v1/events/${event.id}/redact`);
      setAsked(false);
      say('Its data and subject were removed.');
      onChange();
    });
  return (
    <>
      <Button icon="slash" onClick={() => setAsked(true)}>
        Redact…
      </Button>
      {isAsked && (
        <Ask
          title="Redact this event?"
          action="Remove its data"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setAsked(false)}
          onAct={redact}
        >
          <p>
            Its data and subject are removed from every place that Posthorn keeps, for good.
            Deliveries that wait are not sent any more.
          </p>
        </Ask>
      )}
      {!isAsked && <FaultNote fault={action.fault} />}
    </>
  );
}
