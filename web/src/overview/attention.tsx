// Endpoints that need attention, and in the portal all that the reader has.

import { type Loaded, useLoad } from '../base/loading.ts';
import { count } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { useNow } from '../base/time.ts';
import { healthWords } from '../endpoints/health.ts';
import { EndpointLink } from '../lookups/endpoint-parts.tsx';
import { placeOf } from '../lookups/endpoints.ts';
import { EndpointBadge } from '../parts/badge.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Card, None } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { type Known, type Waiting, waitingAt } from './known.ts';

const WAITING_EVERY_MS = 60_000;

export function Attention({ some }: { readonly some: readonly Known[] }) {
  const now = useNow();
  const ids = some.map(({ endpoint }) => endpoint.id).join();
  const waiting = useLoad(
    `waiting ${ids}`,
    (api, signal) => waitingAt(api, some, signal),
    WAITING_EVERY_MS,
  );
  if (some.length === 0) {
    return (
      <Empty icon="check" title="No endpoint needs attention">
        Every one that was sent to answers.
      </Empty>
    );
  }
  return (
    <Table
      label="Endpoints that need attention"
      rows={some}
      keyOf={({ endpoint }) => endpoint.id}
      columns={[
        {
          head: 'Endpoint',
          cell: ({ endpoint, tenant }) => (
            <>
              <EndpointLink endpoint={endpoint} tenant={tenant} />
              {tenant !== undefined && <small>{tenant}</small>}
            </>
          ),
        },
        { head: 'State', cell: ({ endpoint }) => <EndpointBadge endpoint={endpoint} /> },
        {
          head: 'What is wrong',
          looks: 'full',
          cell: ({ endpoint }) => `${healthWords(endpoint, now).title}.`,
        },
        {
          head: 'Waiting',
          looks: 'num',
          cell: ({ endpoint, tenant }) => (
            <a
              href={href(
                ['deliveries'],
                {
                  endpoint: endpoint.id,
                  status: endpoint.status === 'active' ? 'waiting' : 'held',
                },
                tenant === undefined ? {} : { tenant },
              )}
            >
              {waitingWords(waiting.value?.get(endpoint.id))}
            </a>
          ),
        },
        {
          head: 'Last 2xx',
          looks: 'nowrap',
          cell: ({ endpoint }) =>
            endpoint.health.lastSuccessAt === null ? (
              <None>not known</None>
            ) : (
              <When at={endpoint.health.lastSuccessAt} />
            ),
        },
        ...(IS_PORTAL
          ? [
              {
                head: 'Fix',
                quietHead: true,
                cell: ({ endpoint }: Known) => (
                  <LinkButton slim to={href(['endpoints', endpoint.id])}>
                    See why
                  </LinkButton>
                ),
              },
            ]
          : []),
      ]}
    />
  );
}

/** Long histories are not read to their end. */
function waitingWords(waiting: Waiting | undefined): string {
  if (waiting === undefined) return '…';
  return waiting.isAll ? count(waiting.count) : `${count(waiting.count)} or more`;
}

const SHOWN_OWN = 20;

/** The first page of the portal lists what is the reader's. */
export function Own({ known }: { readonly known: Loaded<Known[]> }) {
  return (
    <Card
      title="Your endpoints"
      aside={
        <a class="small end" href={href(['endpoints'])}>
          All endpoints
        </a>
      }
    >
      <Shown loaded={known} label="endpoints" rows={3}>
        {(all) =>
          all.length === 0 ? (
            <Empty
              icon="plug"
              title="No endpoints yet"
              actions={<LinkButton to={href(['endpoints', 'new'])}>New endpoint</LinkButton>}
            />
          ) : (
            <Table
              label="Your endpoints"
              rows={all.slice(0, SHOWN_OWN)}
              keyOf={({ endpoint }) => endpoint.id}
              columns={[
                {
                  head: 'Endpoint',
                  cell: ({ endpoint }) => (
                    <>
                      <EndpointLink endpoint={endpoint} />
                      <small>{placeOf(endpoint)}</small>
                    </>
                  ),
                },
                { head: 'State', cell: ({ endpoint }) => <EndpointBadge endpoint={endpoint} /> },
                {
                  head: 'Events',
                  cell: ({ endpoint: { eventTypes } }) =>
                    eventTypes.length === 0 ? 'All' : <code>{eventTypes.join(' ')}</code>,
                },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  );
}
