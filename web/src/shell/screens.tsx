// Which screen an address of the console means.
import type { VNode } from 'preact';
import { Access } from '../access/access.tsx';
import { Analytics } from '../analytics/analytics.tsx';
import { useScope } from '../base/loading.ts';
import { href, type Route } from '../base/router.ts';
import { Deliveries } from '../deliveries/deliveries.tsx';
import { Delivery } from '../deliveries/delivery.tsx';
import { Endpoint } from '../endpoints/endpoint.tsx';
import { Endpoints } from '../endpoints/endpoints.tsx';
import { NewEndpoint } from '../endpoints/new.tsx';
import { Edit } from '../event-types/edit.tsx';
import { EventTypeDetails, EventTypes } from '../event-types/event-types.tsx';
import { Event } from '../events/event.tsx';
import { Events } from '../events/events.tsx';
import { Issues } from '../issues/issues.tsx';
import { Overview } from '../overview/overview.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { Empty } from '../parts/states.tsx';
import { Queues } from '../queues/queues.tsx';
import { ReplayDetails, Replays } from '../replays/replays.tsx';
import { Tail } from '../tail/tail.tsx';
import { Tenants } from '../tenants/tenants.tsx';
import { Workbench } from '../workbench/workbench.tsx';
import { NeedsTenant } from './needs-tenant.tsx';

/** What is of one tenant, by the name that the choice of one shows. */
const OF_TENANT: Readonly<Record<string, string>> = {
  events: 'Events',
  deliveries: 'Deliveries',
  issues: 'Issues',
  replays: 'Replays',
  tail: 'Live tail',
  workbench: 'Workbench',
  access: 'Keys and sessions',
};

export function Screen({ route }: { readonly route: Route }): VNode {
  const { tenant } = useScope();
  const [first = 'overview', id] = route.path;
  const ofTenant = OF_TENANT[first];
  if (tenant === undefined && ofTenant !== undefined) return <NeedsTenant title={ofTenant} />;
  switch (first) {
    case 'overview':
      return <Overview />;
    case 'endpoints':
      if (id !== undefined && tenant === undefined) return <NeedsTenant title="Endpoint" />;
      if (id === 'new') return <NewEndpoint />;
      return id === undefined ? <Endpoints /> : <Endpoint key={id} id={id} />;
    case 'events':
      return id === undefined ? <Events /> : <Event key={id} id={id} />;
    case 'deliveries':
      return id === undefined ? <Deliveries /> : <Delivery key={id} id={id} />;
    case 'issues':
      return <Issues />;
    case 'replays':
      return id === undefined ? <Replays /> : <ReplayDetails key={id} id={id} />;
    case 'analytics':
      return <Analytics />;
    case 'tail':
      return <Tail />;
    case 'workbench':
      return <Workbench />;
    case 'event-types':
      return id === undefined ? (
        <EventTypes edit={Edit} />
      ) : (
        <EventTypeDetails key={id} name={id} edit={Edit} />
      );
    case 'tenants':
      return <Tenants />;
    case 'access':
      return <Access />;
    case 'queues':
      return <Queues />;
    default:
      return <NotFound />;
  }
}

export function NotFound() {
  return (
    <>
      <Head title="There is no such page" />
      <Card>
        <Empty
          icon="search"
          title="Not found"
          actions={<LinkButton to={href([])}>Go to the first page</LinkButton>}
        >
          The link may be of another version of this page.
        </Empty>
      </Card>
    </>
  );
}
