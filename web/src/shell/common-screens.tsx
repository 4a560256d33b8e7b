// What the console and the portal show alike.
import type { VNode } from 'preact';
import { Analytics } from '../analytics/analytics.tsx';
import { href, type Route } from '../base/router.ts';
import { Deliveries } from '../deliveries/deliveries.tsx';
import { Delivery } from '../deliveries/delivery.tsx';
import { Endpoint } from '../endpoints/endpoint.tsx';
import { Endpoints } from '../endpoints/endpoints.tsx';
import { NewEndpoint } from '../endpoints/new.tsx';
import { EventTypeDetails, EventTypes } from '../event-types/event-types.tsx';
import { Event } from '../events/event.tsx';
import { Events } from '../events/events.tsx';
import { Issues } from '../issues/issues.tsx';
import { Notices } from '../notices/notices.tsx';
import { Overview } from '../overview/overview.tsx';
import { LinkButton } from '../parts/button.tsx';
import { Card, Head } from '../parts/layout.tsx';
import { Empty } from '../parts/states.tsx';
import { ReplayDetails, Replays } from '../replays/replays.tsx';

export function commonScreen({ path: [first = 'overview', id] }: Route): VNode {
  switch (first) {
    case 'overview':
      return <Overview />;
    case 'endpoints':
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
    case 'notices':
      return <Notices />;
    case 'event-types':
      return id === undefined ? <EventTypes /> : <EventTypeDetails key={id} name={id} />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
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
