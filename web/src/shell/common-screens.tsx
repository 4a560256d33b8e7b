// What the console and the portal show alike.
import type { VNode } from 'preact';
import { Analytics } from '../analytics/analytics.tsx';
import type { Route } from '../base/router.ts';
import { Deliveries } from '../deliveries/deliveries.tsx';
import { Delivery } from '../deliveries/delivery.tsx';
import { Event } from '../events/event.tsx';
import { Events } from '../events/events.tsx';
import { Issues } from '../issues/issues.tsx';
import { ReplayDetails, Replays } from '../replays/replays.tsx';

/** @returns undefined for what only one of them has, or none */
export function commonScreen({ path: [first, id] }: Route): VNode | undefined {
  switch (first) {
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
    default:
      return undefined;
  }
}
