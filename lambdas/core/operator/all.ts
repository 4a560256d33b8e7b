// Whom it concerns is told: the operator at once, and the tenant by its book of notices.
import { createSightings, type SightingPorts, type Sightings } from '../notices/sightings.ts';
import { createOperatorNotices, type NoticePorts, type OperatorNotices } from './notices.ts';

export interface Notices extends Omit<OperatorNotices, 'tellExpiring'> {
  readonly tellFailing: Sightings['failed'];
  readonly tellSlow: Sightings['slow'];
  readonly tellExpiring: Sightings['expiring'];
}

export function createNotices(ports: NoticePorts & SightingPorts): Notices {
  const operator = createOperatorNotices(ports);
  const sightings = createSightings(ports);
  return {
    async tellHealth(endpoint, health, transition) {
      await operator.tellHealth(endpoint, health, transition);
      await sightings.changed(endpoint, transition);
    },
    async tellDead(delivery) {
      await operator.tellDead(delivery);
      await sightings.died(delivery);
    },
    tellOperatorOfSlow: operator.tellOperatorOfSlow,
    tellFailing: sightings.failed,
    tellSlow: sightings.slow,
    async tellExpiring(endpoint, expiry) {
      await operator.tellExpiring(endpoint, expiry, ports.surroundings.now());
      await sightings.expiring(endpoint, expiry);
    },
  };
}
