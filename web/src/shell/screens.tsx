// Which screen an address of the console means.

import type { VNode } from 'preact';
import { Access, Operators } from '../access/access.tsx';
import { useScope } from '../base/loading.ts';
import { href, type Route } from '../base/router.ts';
import { Endpoint } from '../endpoints/endpoint.tsx';
import { Endpoints } from '../endpoints/endpoints.tsx';
import { NewEndpoint } from '../endpoints/new.tsx';
import { Edit } from '../event-types/edit.tsx';
import { EventTypeDetails, EventTypes } from '../event-types/event-types.tsx';
import { Event } from '../events/event.tsx';
import { Events } from '../events/events.tsx';
import { Overview } from '../overview/overview.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { Empty } from '../parts/states.tsx';
import { Queues } from '../queues/queues.tsx';
import { EventRouting } from '../routing/of-event.tsx';
import { RoutingRules } from '../routing/routing-rules.tsx';
import { Tail } from '../tail/tail.tsx';
import { Template } from '../templates/template.tsx';
import { Templates } from '../templates/templates.tsx';
import { Tenants } from '../tenants/tenants.tsx';
import { EndpointTransform } from '../transforms/of-endpoint.tsx';
import { Workbench } from '../workbench/workbench.tsx';
import { commonScreen } from './common-screens.tsx';
import { NeedsTenant } from './needs-tenant.tsx';

/** What is of one tenant, by the name that the choice of one shows. */
const OF_TENANT: Readonly<Record<string, string>> = {
  events: 'Events',
  deliveries: 'Deliveries',
  issues: 'Issues',
  replays: 'Replays',
  tail: 'Live tail',
  workbench: 'Workbench',
  templates: 'Templates',
  'routing-rules': 'Routing rules',
  access: 'Keys and sessions',
};

export function Screen({ route }: { readonly route: Route }): VNode {
  const { tenant } = useScope();
  const [first = 'overview', id] = route.path;
  const ofTenant = OF_TENANT[first];
  if (tenant === undefined && ofTenant !== undefined) {
    return (
      <>
        <NeedsTenant title={ofTenant} />
        {first === 'access' && <Operators />}
      </>
    );
  }
  switch (first) {
    case 'overview':
      return <Overview />;
    case 'endpoints':
      if (id !== undefined && tenant === undefined) return <NeedsTenant title="Endpoint" />;
      if (id === 'new') return <NewEndpoint />;
      return id === undefined ? (
        <Endpoints />
      ) : (
        <Endpoint key={id} id={id} more={EndpointTransform} />
      );
    case 'events':
      return id === undefined ? <Events /> : <Event key={id} id={id} routing={EventRouting} />;
    case 'templates':
      return id === undefined ? <Templates /> : <Template key={id} id={id} />;
    case 'routing-rules':
      return <RoutingRules />;
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
      return commonScreen(route) ?? <NotFound />;
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
