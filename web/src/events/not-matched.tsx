// Why an event did not go to the other endpoints.

import { useLoad } from '../base/loading.ts';
import type { Endpoint, EventWithDeliveries } from '../base/models.ts';
import { href } from '../base/router.ts';
import { EndpointLink } from '../lookups/endpoint-parts.tsx';
import type { EndpointsById } from '../lookups/endpoints.ts';
import { Badge } from '../parts/badge.tsx';
import { Card } from '../parts/layout.tsx';
import { Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { explained, type Mismatch } from './matching.ts';

/** Filters are asked of the API: one request each. */
const BOUND = 50;

interface Row {
  readonly endpoint: Endpoint;
  readonly mismatch: Mismatch;
}

interface NotMatchedProps {
  readonly event: EventWithDeliveries;
  readonly endpoints: EndpointsById | undefined;
}

export function NotMatched({ event: posted, endpoints }: NotMatchedProps) {
  const event = { ...posted, ...posted.routing };
  const targets = new Set(event.deliveries.map(({ endpoint }) => endpoint));
  const others = [...(endpoints?.values() ?? [])].filter(({ id }) => !targets.has(id));
  // With more deliveries than are listed here, an endpoint that is not among them may be a target all the same.
  const isKnown = endpoints !== undefined && event.deliveriesNext === null;
  const rows = useLoad<Row[]>(
    `not matched ${event.id} ${others.map(({ id }) => id).join()}`,
    async (api) =>
      Promise.all(
        others
          .slice(0, BOUND)
          .map(async (endpoint) => ({ endpoint, mismatch: await explained(api, endpoint, event) })),
      ),
  );
  if (!isKnown || others.length === 0) return null;
  return (
    <Card
      title="Why not elsewhere"
      aside={
        <span class="small muted">By the subscriptions of now: they may have changed since</span>
      }
      footer={
        others.length > BOUND ? `The first ${BOUND} of ${others.length} endpoints.` : undefined
      }
    >
      <Shown loaded={rows} label="reasons" rows={2}>
        {(known) => (
          <Table
            label="Endpoints that did not match"
            rows={known}
            keyOf={({ endpoint }) => endpoint.id}
            columns={[
              {
                head: 'Endpoint',
                cell: ({ endpoint }) => <EndpointLink endpoint={endpoint} />,
              },
              {
                head: 'Stopped by',
                cell: ({ mismatch }) => (
                  <Badge tone="plain">{mismatch.by === 'nothing' ? 'changed' : mismatch.by}</Badge>
                ),
              },
              { head: 'Why', looks: 'full', cell: (row) => <Why {...row} event={event} /> },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}

function Why({ endpoint, mismatch, event }: Row & { readonly event: EventWithDeliveries }) {
  switch (mismatch.by) {
    case 'later':
      return (
        <>
          It was created after the event was accepted: <When at={endpoint.createdAt} as="brief" />
        </>
      );
    case 'type':
      return (
        <>
          {mismatch.patterns.length === 0
            ? 'It has no pattern that begins with posthorn.'
            : 'Its patterns do not match this type: '}
          <Codes texts={mismatch.patterns} />
        </>
      );
    case 'channel':
      return (
        <>
          It is bound to <Codes texts={mismatch.bound} />; the event carries{' '}
          {event.channels.length === 0 ? 'no channel' : <Codes texts={event.channels} />}
        </>
      );
    case 'filter':
      return mismatch.failures.length === 0 ? (
        <>It has a filter, and the event’s data is gone.</>
      ) : (
        <>
          Its filter refuses the data:{' '}
          {mismatch.failures.slice(0, 3).map(({ path, message }) => (
            <span key={path + message}>
              <code>{path}</code> {message}.{' '}
            </span>
          ))}
          <a href={href(['workbench'], { event: event.id, endpoint: endpoint.id })}>
            Try the filter
          </a>
        </>
      );
    case 'status':
      return <>It is {mismatch.status}.</>;
    case 'nothing':
      return <>Its settings would match now. They were others when the event was accepted.</>;
    default:
      return mismatch satisfies never;
  }
}

function Codes({ texts }: { readonly texts: readonly string[] }) {
  return (
    <>
      {texts.slice(0, 8).map((text, at) => (
        <span key={text}>
          {at > 0 && ' '}
          <code>{text}</code>
        </span>
      ))}
      {texts.length > 8 && ` and ${texts.length - 8} more`}
    </>
  );
}
