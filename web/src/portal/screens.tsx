// Which screen an address of the portal means: the console's, cut to what a customer's session sees.

import type { VNode } from 'preact';
import { href, type Route } from '../base/router.ts';
import { commonScreen } from '../shell/common-screens.tsx';
import { Signature } from '../signature/signature.tsx';

const TABS: readonly (readonly [path: string, name: string])[] = [
  ['overview', 'Home'],
  ['endpoints', 'Endpoints'],
  ['events', 'Events'],
  ['deliveries', 'Deliveries'],
  ['issues', 'Issues'],
  ['replays', 'Replays'],
  ['analytics', 'Analytics'],
  ['event-types', 'Event types'],
  ['notices', 'Notices'],
  ['signature', 'Check a signature'],
];

export function Tabs({ route }: { readonly route: Route }) {
  const here = route.path[0] ?? 'overview';
  return (
    <nav class="tabs" aria-label="Webhooks">
      {TABS.map(([to, name]) => (
        <a key={to} href={href([to])} aria-current={to === here ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

export function Screen({ route }: { readonly route: Route }): VNode {
  return route.path[0] === 'signature' ? <Signature /> : commonScreen(route);
}
