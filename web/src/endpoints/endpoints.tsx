// All endpoints: which are failing, and what many of them have in common to change at once.

import { useState } from 'preact/hooks';
import { useLoad, useScope } from '../base/loading.ts';
import { duration, percent } from '../base/numbers.ts';
import { usePages } from '../base/pages.ts';
import { href, setQuery, useRoute } from '../base/router.ts';
import { relative } from '../base/time.ts';
import { Spark } from '../charts/bars.tsx';
import { figuresByEndpoint, readAttempts, sparkOf } from '../figures/reading.ts';
import { windowOf } from '../figures/window.ts';
import { EndpointLink } from '../lookups/endpoint-parts.tsx';
import { nameOf, placeOf } from '../lookups/endpoints.ts';
import { EndpointBadge, type EndpointState, stateOf } from '../parts/badge.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Card, Head, None, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { OtherEnvironment } from '../parts/other-environment.tsx';
import { Empty } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { useMay } from '../session/who.ts';
import { Bulk } from './bulk.tsx';
import { type Row, readEndpoints } from './source.ts';

const EVERY_MS = 30_000;

const STATES: readonly (readonly [EndpointState | '' | 'ill', string])[] = [
  ['', 'Every state'],
  ['ill', 'Not healthy'],
  ['healthy', 'Healthy'],
  ['failing', 'Failing'],
  ['tripped', 'Tripped'],
  ['recovering', 'Recovering'],
  ['paused', 'Paused'],
  ['unverified', 'Unverified'],
];

function fits({ endpoint, tenantName }: Row, state: string, text: string): boolean {
  const is = stateOf(endpoint);
  if (state === 'ill' ? is === 'healthy' : state !== '' && is !== state) return false;
  const words = text.toLowerCase();
  return (
    words === '' ||
    [endpoint.description, endpoint.url, endpoint.id, tenantName].some((part) =>
      part.toLowerCase().includes(words),
    )
  );
}

/** A few words below the state. */
function reasonOf({ health, status }: Row['endpoint']): string {
  const now = Date.now();
  if (status === 'paused' && health.pausedBy === 'user') return 'By a person';
  if (status === 'paused' && health.pausedBy !== null)
    return health.pausedBy === 'gone' ? 'Answered 410' : 'Failed for too long';
  if (health.state === 'tripped' && health.nextProbeAt !== null)
    return `Probe ${relative(health.nextProbeAt, now)}`;
  return health.failures > 0 ? `${health.failures} in a row failed` : '';
}

export function Endpoints() {
  const scope = useScope();
  const { query } = useRoute();
  const may = useMay('endpoints:write');
  const state = (query.get('state') ?? '') as EndpointState | '' | 'ill';
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages<Row>('endpoints', ({ endpoint }) => endpoint.id, readEndpoints, EVERY_MS);
  const hasTenant = IS_PORTAL || scope.tenant !== undefined;
  const figures = useLoad(
    'figures by endpoint',
    async (api, signal) =>
      hasTenant
        ? figuresByEndpoint(await readAttempts(api, windowOf('24h'), { by: 'endpoint' }, signal))
        : new Map(),
    EVERY_MS,
  );
  const toggle = (id: string) => {
    const others = new Set(chosen);
    if (!others.delete(id)) others.add(id);
    setChosen(others);
  };
  const pick: Column<Row> = {
    head: 'Select',
    quietHead: true,
    looks: 'pick',
    cell: ({ endpoint }) => (
      <input
        type="checkbox"
        aria-label={`Select ${nameOf(endpoint)}`}
        checked={chosen.has(endpoint.id)}
        onChange={() => toggle(endpoint.id)}
      />
    ),
  };
  const columns: Column<Row>[] = [
    ...(may && hasTenant ? [pick] : []),
    {
      head: 'Endpoint',
      bare: true,
      cell: ({ endpoint, tenant }) => (
        <>
          <EndpointLink endpoint={endpoint} tenant={tenant} />
          {endpoint.description !== '' && <small>{placeOf(endpoint.url)}</small>}
        </>
      ),
    },
    ...(hasTenant
      ? []
      : [{ head: 'Tenant', cell: ({ tenantName }: Row) => <Text>{tenantName}</Text> }]),
    {
      head: 'State',
      looks: 'nowrap',
      cell: ({ endpoint }) => (
        <>
          <EndpointBadge endpoint={endpoint} />
          <small>{reasonOf(endpoint)}</small>
        </>
      ),
    },
    ...(hasTenant
      ? ([
          {
            head: '24 h',
            looks: 'full',
            cell: ({ endpoint }) => (
              <Spark
                label={nameOf(endpoint)}
                bars={sparkOf(figures.value?.get(endpoint.id)?.bars ?? [])}
              />
            ),
          },
          {
            head: '2xx',
            looks: 'num',
            cell: ({ endpoint }) => {
              const known = figures.value?.get(endpoint.id);
              return known && known.ok + known.bad > 0 ? (
                percent(known.ok / (known.ok + known.bad))
              ) : (
                <None />
              );
            },
          },
          {
            head: 'p95',
            looks: 'num',
            cell: ({ endpoint }) => {
              const p95 = figures.value?.get(endpoint.id)?.p95;
              return p95 ? duration(p95) : <None />;
            },
          },
        ] satisfies Column<Row>[])
      : []),
    {
      head: 'Contract',
      looks: 'lo nowrap',
      cell: ({ endpoint }) => <span class="mono tiny">{endpoint.contract}</span>,
    },
  ];
  const ill = pages.rows.filter(({ endpoint }) => stateOf(endpoint) !== 'healthy').length;
  const lead =
    pages.rows.length === 0
      ? undefined
      : ill === 0
        ? 'All that are listed are healthy.'
        : `${ill} of ${pages.rows.length} listed ${ill === 1 ? 'needs' : 'need'} a look.`;
  return (
    <>
      <Head title="Endpoints" lead={lead}>
        {may && hasTenant && (
          <LinkButton kind="primary" icon="plus" to={href(['endpoints', 'new'])}>
            New endpoint
          </LinkButton>
        )}
      </Head>
      <div class="stack">
        <form
          class="filters"
          aria-label="Filter endpoints"
          onSubmit={(event) => event.preventDefault()}
        >
          <div class="find">
            <Field
              label="Find an endpoint"
              quietLabel
              type="search"
              placeholder="Find by name, host, id or tenant"
              value={text}
              onInput={setText}
            />
          </div>
          <Choice
            label="State"
            quietLabel
            value={state}
            options={STATES}
            onChange={(one) => setQuery({ state: one })}
          />
        </form>
        {chosen.size > 0 && (
          <Bulk ids={[...chosen]} onDone={pages.reload} onClear={() => setChosen(new Set())} />
        )}
        <Card label="Endpoints">
          <List
            label="Endpoints"
            one="endpoint"
            pages={pages}
            keyOf={({ endpoint }) => endpoint.id}
            columns={columns}
            isChosen={({ endpoint }) => chosen.has(endpoint.id)}
            only={(row) => fits(row, state, text)}
            empty={
              pages.rows.length > 0 ? (
                <Empty icon="search" title="No endpoint fits" />
              ) : (
                <Empty
                  icon="plug"
                  title={
                    IS_PORTAL ? 'No endpoints yet' : `No endpoints in ${scope.environment} yet`
                  }
                  actions={
                    <>
                      {may && hasTenant && (
                        <LinkButton kind="primary" icon="plus" to={href(['endpoints', 'new'])}>
                          New endpoint
                        </LinkButton>
                      )}
                      <OtherEnvironment of="endpoints" />
                    </>
                  }
                >
                  An endpoint is a URL that gets events. Creating one takes two minutes and ends
                  with a test.
                </Empty>
              )
            }
          />
        </Card>
      </div>
    </>
  );
}
