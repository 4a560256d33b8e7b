// Which screen an address of the console means.

import type { VNode } from 'preact';
import { Access, Operators } from '../access/access.tsx';
import { useScope } from '../base/loading.ts';
import type { Route } from '../base/router.ts';
import { Endpoint } from '../endpoints/endpoint.tsx';
import { Event } from '../events/event.tsx';
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
  notices: 'Notices',
  access: 'Keys and sessions',
};

export function Screen({ route }: { readonly route: Route }): VNode {
  const { tenant } = useScope();
  const [first = '', id] = route.path;
  const isOwn = id !== undefined && id !== 'new';
  const ofTenant = first === 'endpoints' && id !== undefined ? 'Endpoint' : OF_TENANT[first];
  if (tenant === undefined && ofTenant !== undefined) {
    return (
      <>
        <NeedsTenant title={ofTenant} />
        {first === 'access' && <Operators />}
      </>
    );
  }
  if (first === 'endpoints' && isOwn) return <Endpoint key={id} id={id} more={EndpointTransform} />;
  if (first === 'events' && id !== undefined)
    return <Event key={id} id={id} routing={EventRouting} />;
  switch (first) {
    case 'templates':
      return id === undefined ? <Templates /> : <Template key={id} id={id} />;
    case 'routing-rules':
      return <RoutingRules />;
    case 'tail':
      return <Tail />;
    case 'workbench':
      return <Workbench />;
    case 'tenants':
      return <Tenants />;
    case 'access':
      return <Access />;
    case 'queues':
      return <Queues />;
    default:
      return commonScreen(route);
  }
}
