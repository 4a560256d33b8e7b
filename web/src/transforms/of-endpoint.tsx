// The transformation of an endpoint, and the versions that its deliveries are bound to.
import { path } from '../base/api.ts';
import { useApi, useLoad } from '../base/loading.ts';
import type { Delivery, Endpoint, Page } from '../base/models.ts';
import { href } from '../base/router.ts';
import type { EndpointPartProps } from '../endpoints/endpoint.tsx';
import { Badge } from '../parts/badge.tsx';
import { None } from '../parts/layout.tsx';
import { Stale } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { TransformCard } from './card.tsx';

const LATEST = 100;
const EVERY_MS = 10_000;

export function EndpointTransform({ endpoint, etag, onChange }: EndpointPartProps) {
  const api = useApi();
  const may = useMay('endpoints:write') && endpoint.status !== 'deleted';
  const { id, own, transform } = endpoint;
  const isInherited = own !== null && !own.includes('transform');
  return (
    <TransformCard
      transform={transform}
      etag={etag}
      may={may}
      isInherited={isInherited}
      aside={
        transform === null
          ? 'The receiver’s data out of the event’s'
          : isInherited
            ? 'Of its template'
            : 'This endpoint’s'
      }
      afterwards={
        own === null
          ? 'Data is sent as it was posted again.'
          : 'The template’s transformation applies again, or the data is sent as it was posted.'
      }
      endpoint={id}
      save={async (changed, ifMatch) => {
        const body = { transform: changed };
        await api.request(path`/v1/endpoints/${id}`, { method: 'PATCH', body, ifMatch });
        onChange();
      }}
    >
      <Versions endpoint={endpoint} />
    </TransformCard>
  );
}

interface BoundVersion {
  /** Null for what is sent as it was posted. */
  readonly version: string | null;
  readonly count: number;
  readonly newest: Delivery | undefined;
}

/** The one of now, and those that attempted deliveries name. */
function versionsOf(now: string | null, deliveries: readonly Delivery[]): BoundVersion[] {
  const bound = Map.groupBy(
    deliveries.filter(({ attempts }) => attempts.length > 0),
    ({ transformVersion }) => transformVersion,
  );
  return [...new Set([now, ...bound.keys()])].map((version) => {
    const some = bound.get(version) ?? [];
    return { version, count: some.length, newest: some[0] };
  });
}

function Versions({ endpoint: { id, transform } }: { readonly endpoint: Endpoint }) {
  const now = transform?.version ?? null;
  const latest = useLoad(
    `versions ${id}`,
    (api, signal) =>
      api.get<Page<Delivery>>(path`/v1/deliveries`, { endpoint: id, limit: LATEST }, signal),
    EVERY_MS,
  );
  const rows = versionsOf(now, latest.value?.data ?? []);
  // Where nothing was ever transformed there is nothing to tell.
  if (rows.every(({ version }) => version === null)) return null;
  return (
    <>
      <Stale loaded={latest} />
      <Table
        label="Versions of the latest deliveries"
        rows={rows}
        keyOf={({ version }) => version ?? ''}
        columns={[
          {
            head: 'Version',
            cell: ({ version }) => (
              <span class="row">
                {version === null ? <None>As posted</None> : <code>{version}</code>}
                {version === now && <Badge tone="info">Now</Badge>}
              </span>
            ),
          },
          {
            head: `Of the latest ${LATEST} deliveries`,
            looks: 'num',
            cell: ({ count }) => count,
          },
          {
            head: 'Newest',
            cell: ({ newest }) =>
              newest ? (
                <a href={href(['deliveries', newest.id])}>
                  <When at={newest.acceptedAt} />
                </a>
              ) : (
                <None>not sent yet</None>
              ),
          },
        ]}
      />
    </>
  );
}
