// An endpoint: a receiver with its contract, its subscription and its limits.
import * as z from 'zod';
import type { Destination } from '../destinations/all.ts';
import { addressFault, addressSettings } from '../destinations/destination.ts';
import type { DestinationRules } from '../destinations/http/url.ts';
import { createdAtMs } from '../identifiers.ts';
import type { Scope } from '../scope.ts';
import type { SigningKeyOwner } from '../signing/keys.ts';
import type { Tombstone } from '../tombstone.ts';
import { webhookFault } from './incoming-webhook.ts';
import { SETTINGS } from './settings/all.ts';
import { DEFAULTS } from './settings/defaults.ts';
import { inputShape, type Kept } from './settings/setting.ts';
import { checkTogether } from './settings/together.ts';

interface RetiringSecret {
  readonly sealed: string;
  readonly untilMs: number;
  readonly number?: number;
}

/** As the registry keeps it. */
export interface Endpoint extends Scope, Kept<typeof SETTINGS> {
  readonly id: string;
  readonly destination: Destination;
  /** Open; the stored endpoint has it sealed. */
  readonly token?: string;
  readonly sealedToken?: string;
  /** Sealed, newest first. */
  readonly sealedSecrets: readonly string[];
  /** As it is shown: 28 asterisks and the last four characters. */
  readonly maskedSecret: string;
  /** Secrets that a rotation replaced, newest first: they go on signing until their time. */
  readonly retiringSecrets?: readonly RetiringSecret[];
  /** Of its present secret, as many as there were with it: see `secretNumbersOf`. */
  readonly secretNumber?: number;
  /** Absent of an endpoint from before tenants had keys: see `signersOf`. */
  readonly signingKey?: SigningKeyOwner;
  readonly createdAtMs: number;
  /** Counts changes from 1. */
  readonly version: number;
  /** When its settings were last changed, its description apart. */
  readonly changedAtMs?: number;
  readonly deletedAtMs?: number;
  /** The template that it inherits from, and the names of its own settings: see template.ts. */
  readonly template?: string;
  readonly own?: readonly string[];
  /** Whether its destination must be proved: see verification.ts. */
  readonly verifyUrl?: boolean;
}

/** What is left of an endpoint: it says that what waits here is cancelled, and leads to no receiver. */
export function deletedEndpoint(tombstone: Tombstone): Endpoint {
  const destination = { kind: 'http', urls: [] } as const;
  const nothing = { destination, sealedSecrets: [], maskedSecret: '' };
  return {
    ...DEFAULTS,
    ...nothing,
    ...tombstone,
    createdAtMs: createdAtMs(tombstone.id),
    version: 1,
  };
}

/** The body of `POST /v1/endpoints`, under a stack's destination rules. */
export function endpointInputSchema(rules: DestinationRules) {
  const shape = inputShape({ ...SETTINGS, ...addressSettings(rules) });
  return z.strictObject(shape).superRefine(
    (given, { issues, addIssue }) => {
      const faulty = new Set(issues.map(({ path }) => path?.[0]));
      const fault = addressFault(given);
      if (fault && !faulty.has(fault.path)) {
        addIssue({ code: 'custom', path: [fault.path], message: fault.message });
      }
      checkTogether(given, faulty, (path, message) =>
        addIssue({ code: 'custom', path: [...path], message }),
      );
      if (faulty.has('url') || faulty.has('contract')) return;
      const message = webhookFault(given.contract, given.url, rules);
      if (message !== undefined) addIssue({ code: 'custom', path: ['url'], message });
    },
    // Also beside settings that are wrong in themselves, so that an answer lists all faults at once.
    { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  );
}
export type EndpointInput = z.infer<ReturnType<typeof endpointInputSchema>>;
