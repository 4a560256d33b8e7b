// Which screen an address of the console means.

import type { VNode } from 'preact';
import { Access } from '../access/access.tsx';
import { useScope } from '../base/loading.ts';
import type { Route } from '../base/router.ts';
import { Queues } from '../queues/queues.tsx';
import { Tail } from '../tail/tail.tsx';
import { Tenants } from '../tenants/tenants.tsx';
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
  access: 'Keys and sessions',
};

export function Screen({ route }: { readonly route: Route }): VNode {
  const { tenant } = useScope();
  const [first = '', id] = route.path;
  const ofTenant = first === 'endpoints' && id !== undefined ? 'Endpoint' : OF_TENANT[first];
  if (tenant === undefined && ofTenant !== undefined) return <NeedsTenant title={ofTenant} />;
  switch (first) {
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
