// Which screen an address of the portal means: the console's, cut to what a customer's session sees.

import type { VNode } from 'preact';
import { href, type Route } from '../base/router.ts';
import { word } from '../base/words.ts';
import { Endpoint } from '../endpoints/endpoint.tsx';
import { Endpoints } from '../endpoints/endpoints.tsx';
import { NewEndpoint } from '../endpoints/new.tsx';
import { EventTypeDetails, EventTypes } from '../event-types/event-types.tsx';
import { Overview } from '../overview/overview.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { Empty } from '../parts/states.tsx';
import { commonScreen } from '../shell/common-screens.tsx';
import { Signature } from '../signature/signature.tsx';

const TABS: readonly (readonly [path: string, words: string])[] = [
  ['overview', 'Home'],
  ['endpoints', 'Endpoints'],
  ['events', 'Events'],
  ['deliveries', 'Deliveries'],
  ['issues', 'Issues'],
  ['replays', 'Replays'],
  ['analytics', 'Analytics'],
  ['event-types', 'Event types'],
  ['signature', 'Check a signature'],
];

export function Tabs({ route }: { readonly route: Route }) {
  const here = route.path[0] ?? 'overview';
  return (
    <nav class="tabs" aria-label={word('Webhooks')}>
      {TABS.map(([to, words]) => (
        <a key={to} href={href([to])} aria-current={to === here ? 'page' : undefined}>
          {word(words)}
        </a>
      ))}
    </nav>
  );
}

export function Screen({ route }: { readonly route: Route }): VNode {
  const [first = 'overview', id] = route.path;
  switch (first) {
    case 'overview':
      return <Overview isPortal />;
    case 'endpoints':
      if (id === 'new') return <NewEndpoint />;
      return id === undefined ? <Endpoints isPortal /> : <Endpoint key={id} id={id} />;
    case 'event-types':
      return id === undefined ? <EventTypes /> : <EventTypeDetails key={id} name={id} />;
    case 'signature':
      return <Signature />;
    default:
      return (
        commonScreen(route) ?? (
          <>
            <Head title="There is no such page" />
            <Card>
              <Empty
                icon="search"
                title="Not found"
                actions={<LinkButton to={href([])}>Go to the first page</LinkButton>}
              />
            </Card>
          </>
        )
      );
  }
}
