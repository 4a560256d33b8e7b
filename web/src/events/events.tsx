// The events of a tenant, newest first.

import { path } from '../base/api.ts';
import { useScope } from '../base/loading.ts';
import type { Event, Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { href, setQuery, useRoute } from '../base/router.ts';
import { TextFilters } from '../deliveries/deliveries.tsx';
import { EndpointChoice } from '../lookups/endpoint-parts.tsx';
import { useEndpoints } from '../lookups/endpoints.ts';
import { Button } from '../parts/button.tsx';
import { Dotted } from '../parts/dotted.tsx';
import { Card, Head, None, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { OtherEnvironment } from '../parts/other-environment.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';

const EVERY_MS = 5000;

const COLUMNS: readonly Column<Event>[] = [
  {
    head: 'Event',
    cell: ({ id, type }) => (
      <>
        <a href={href(['events', id])}>
          <Dotted name={type} />
        </a>
        <small class="mono">{id}</small>
      </>
    ),
  },
  {
    head: 'Subject',
    cell: ({ subject, redactedAt }) =>
      subject === null ? <None>{redactedAt ? 'redacted' : 'none'}</None> : <Text>{subject}</Text>,
  },
  {
    head: 'Channels',
    looks: 'lo',
    cell: ({ channels }) =>
      channels.length === 0 ? <None /> : channels.map((one) => <code key={one}>{one} </code>),
  },
  { head: 'Accepted', looks: 'nowrap', cell: ({ acceptedAt }) => <When at={acceptedAt} /> },
];

export function Events() {
  const { query } = useRoute();
  const { environment } = useScope();
  const filter = {
    type: query.get('type') ?? undefined,
    subject: query.get('subject') ?? undefined,
    endpoint: query.get('endpoint') ?? undefined,
  };
  const endpoints = useEndpoints();
  const pages = usePages<Event>(
    `events ${JSON.stringify(filter)}`,
    ({ id }) => id,
    (api, cursor, signal) =>
      api.get<Page<Event>>(path`/v1/events`, { ...filter, cursor, limit: 50 }, signal),
    EVERY_MS,
  );
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <>
      <Head
        title="Events"
        lead="Facts as your platform posted them, newest first. Each becomes a delivery for every endpoint that matches it."
      />
      <div class="stack">
        <TextFilters
          label="Filter events"
          type={filter.type}
          subject={filter.subject}
          onApply={setQuery}
        >
          <EndpointChoice
            endpoints={endpoints.value}
            value={filter.endpoint}
            any="Every endpoint"
            onChange={(endpoint) => setQuery({ endpoint })}
          />
        </TextFilters>
        <Card label="Events">
          <List
            label="Events"
            one="event"
            pages={pages}
            keyOf={({ id }) => id}
            columns={COLUMNS}
            empty={
              isFiltered ? (
                <Empty
                  icon="search"
                  title="No event fits"
                  actions={
                    <Button onClick={() => setQuery({ type: '', subject: '', endpoint: '' })}>
                      Remove the filters
                    </Button>
                  }
                >
                  None of the events that are kept has all of these.
                </Empty>
              ) : (
                <Empty
                  icon="mail"
                  title={`No events in ${environment} yet`}
                  actions={<OtherEnvironment of="events" />}
                >
                  Post one to /v1/events: it appears here within seconds.
                </Empty>
              )
            }
          />
        </Card>
      </div>
    </>
  );
}
