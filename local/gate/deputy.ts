// The gatekeeper of an emulator in a thread of its own: the same gatekeeper, told and asked from outside.
import { type Credentials, type Deputy, Gatekeeper } from './gatekeeper.ts';
import { Meter } from './meter.ts';
import { Permissions } from './permissions.ts';

/** In the emulator's thread. @param host the key of the host's own calls */
export function deputyFor(host: Credentials): { gatekeeper: Gatekeeper; deputy: Deputy } {
  const meter = new Meter();
  const gatekeeper = new Gatekeeper(meter, host);
  let permissions = new Permissions(new Map());
  return {
    gatekeeper,
    deputy: {
      admit: (caller, credentials) => gatekeeper.admit(caller, credentials),
      enforce: (rules) => {
        permissions = new Permissions(rules);
        gatekeeper.enforce(permissions);
      },
      withhold: (grant) =>
        permissions.withhold(grant === undefined ? undefined : permissions.grants()[grant]),
      record: (andForget) => permissions.record(andForget),
      amounts: () => meter.amounts(),
      resetMeter: () => meter.reset(),
    },
  };
}
