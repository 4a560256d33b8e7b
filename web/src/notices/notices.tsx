// Will I be told? Which chats and receivers get notices, what is told and when, in which words, and what was told.
import { path } from '../base/api.ts';
import { useLoad } from '../base/loading.ts';
import type { Event, Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { href } from '../base/router.ts';
import { EndpointLink } from '../lookups/endpoint-parts.tsx';
import { type EndpointsById, useEndpoints } from '../lookups/endpoints.ts';
import { EndpointBadge } from '../parts/badge.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Dotted } from '../parts/dotted.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { NAMES, readNotices } from './kept.tsx';
import { Overrides } from './overrides.tsx';
import { Settings } from './settings.tsx';
import { Words } from './words.tsx';

const PREFIX = 'posthorn.';
/** How often states are read again. */
const EVERY_MS = 30_000;

export function Notices() {
  const may = useMay('endpoints:write');
  const kept = useLoad('notices', readNotices);
  const endpoints = useEndpoints(EVERY_MS);
  const keeping = kept.value && {
    kept: kept.value,
    onSaved: kept.put,
    onReload: kept.reload,
  };
  return (
    <>
      <Head title="Notices" lead="People are told before and when something stops." />
      <div class="stack">
        <Card
          title="Who is told"
          actions={
            may && (
              <LinkButton slim icon="plus" to={href(['endpoints', 'new'], { for: 'notices' })}>
                Add a channel
              </LinkButton>
            )
          }
        >
          <Shown loaded={endpoints} label="endpoints" rows={2}>
            {(all) => <Recipients endpoints={all} />}
          </Shown>
        </Card>
        {keeping ? (
          <>
            <Settings {...keeping} />
            <Overrides {...keeping} endpoints={endpoints.value} />
            <Words {...keeping} />
          </>
        ) : (
          <Card>
            <Shown loaded={kept} label="notices">
              {() => null}
            </Shown>
          </Card>
        )}
        <Told />
      </div>
    </>
  );
}

function Recipients({ endpoints }: { readonly endpoints: EndpointsById }) {
  const told = [...endpoints.values()].filter(({ eventTypes }) =>
    eventTypes.some((pattern) => pattern.startsWith(PREFIX)),
  );
  if (told.length === 0)
    return (
      <Empty icon="mail" title="Nobody is told yet">
        Notices go to endpoints whose event types begin with posthorn.
      </Empty>
    );
  return (
    <ul class="items" aria-label="Who is told">
      {told.map((endpoint) => (
        <li key={endpoint.id} class="row">
          <EndpointLink endpoint={endpoint} />
          <EndpointBadge endpoint={endpoint} />
          <code>{endpoint.contract}</code>
        </li>
      ))}
    </ul>
  );
}

function Told() {
  const pages = usePages<Event>(
    'told',
    ({ id }) => id,
    (api, cursor, signal) =>
      api.get<Page<Event>>(path`/v1/events`, { type: `${PREFIX}*`, cursor, limit: 20 }, signal),
  );
  return (
    <Card title="What was told">
      <List
        label="What was told"
        one="notice"
        pages={pages}
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Event',
            bare: true,
            cell: ({ id, type }) => (
              <a href={href(['events', id])}>
                {NAMES.get(type.slice(PREFIX.length)) ?? <Dotted name={type} />}
              </a>
            ),
          },
          { head: 'Accepted', cell: ({ acceptedAt }) => <When at={acceptedAt} /> },
        ]}
        empty={<Empty icon="check" title="Nothing yet" />}
      />
    </Card>
  );
}
