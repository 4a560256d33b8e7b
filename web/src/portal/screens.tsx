// Which screen an address of the portal means: the console's, cut to what a customer's session sees.
import type { VNode } from 'preact';
import { Analytics } from '../analytics/analytics.tsx';
import { href, type Route } from '../base/router.ts';
import { word } from '../base/words.ts';
import { Deliveries } from '../deliveries/deliveries.tsx';
import { Delivery } from '../deliveries/delivery.tsx';
import { Endpoint } from '../endpoints/endpoint.tsx';
import { Endpoints } from '../endpoints/endpoints.tsx';
import { NewEndpoint } from '../endpoints/new.tsx';
import { EventTypeDetails, EventTypes } from '../event-types/event-types.tsx';
import { Event } from '../events/event.tsx';
import { Events } from '../events/events.tsx';
import { Issues } from '../issues/issues.tsx';
import { Overview } from '../overview/overview.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { Empty } from '../parts/states.tsx';
import { ReplayDetails, Replays } from '../replays/replays.tsx';
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
    case 'event-types':
      return id === undefined ? <EventTypes /> : <EventTypeDetails key={id} name={id} />;
    case 'signature':
      return <Signature />;
    default:
      return (
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
      );
  }
}
