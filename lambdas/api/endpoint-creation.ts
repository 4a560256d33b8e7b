// Makes endpoints from what is asked for, whether one by one or many at once.
import { contractOf } from '../core/contracts/all.ts';
import { type DestinationRules, rulesFor } from '../core/destination.ts';
import { type Endpoint, type EndpointInput, endpointInputSchema } from '../core/endpoint.ts';
import { algorithmsNeeded } from '../core/endpoint-extras.ts';
import { CLEAN_HEALTH, type Health } from '../core/endpoint-health.ts';
import { maskSecret, SECRET_BYTES } from '../core/endpoint-secret.ts';
import type { Scope } from '../core/event.ts';
import { faultsOf } from '../core/faults.ts';
import { createId } from '../core/identifiers.ts';
import type { KeyringStore, Registry, Secrets, Templates } from '../core/ports.ts';
import { type Fault, Problem } from '../core/problem.ts';
import { seal } from '../core/sealing.ts';
import { secretPlace } from '../core/sealing-places.ts';
import { following, type Template } from '../core/template.ts';
import {
  AUTOMATIC_TRY_MS,
  isUnverified,
  type VerifyMode,
  verifyWanted,
} from '../core/verification.ts';
import { refused } from '../http/body.ts';
import type { Asked } from './endpoint-operations.ts';
import { NONCE_BYTES } from './endpoint-secrets.ts';
import { keptSettings } from './endpoint-settings.ts';
import { refuseUntimely } from './endpoint-tls.ts';
import { holdUnverified, tryToVerify, type VerificationPorts } from './endpoint-verification.ts';
import { ensureSigningKeys } from './signing-keys.ts';
import { findTemplate, inheritedBy } from './template-lookup.ts';

/** How often it is begun anew when the template was changed in the meantime. */
const ROUNDS = 3;

export interface EndpointPorts extends VerificationPorts {
  readonly registry: Registry;
  readonly templates: Templates;
  readonly keyring: KeyringStore;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly rules: DestinationRules;
  readonly verifyUrl: VerifyMode;
}

export interface Created {
  readonly endpoint: Endpoint;
  readonly health: Health;
}

export function inputSchemasOf(rules: DestinationRules) {
  return {
    live: endpointInputSchema(rulesFor(rules, 'live')),
    test: endpointInputSchema(rulesFor(rules, 'test')),
  };
}

export function createEndpointCreator(ports: EndpointPorts) {
  const schemas = inputSchemasOf(ports.rules);

  /** @throws Problem 422, with each fault by its path in what was asked */
  async function read(scope: Scope, asked: Asked): Promise<{ endpoint: Endpoint } & Joined> {
    const faults: Fault[] = [];
    const found =
      typeof asked.template === 'string'
        ? await findTemplate(ports.templates, scope, asked.template)
        : undefined;
    if (typeof found === 'string') faults.push({ path: '/template', message: found });
    const template = typeof found === 'string' ? undefined : found;
    const whole = template ? { ...inheritedBy(template, asked), ...asked } : asked;
    const parsed = schemas[scope.environment].safeParse(whole);
    if (!parsed.success) faults.push(...faultsOf(parsed.error));
    const wanted = verifyWanted(parsed.data?.verifyUrl, ports.verifyUrl);
    if (typeof wanted === 'string') faults.push({ path: '/verifyUrl', message: wanted });
    if (!parsed.success || faults.length > 0) throw refused(faults);
    const made = await newEndpoint(ports, scope, parsed.data, wanted === true);
    if (!template) return { endpoint: made, template };
    return { endpoint: following(made, template, Object.keys(asked)), template };
  }

  /**
   * @param tryUntilMs no proof of a URL is tried by itself after this time
   * @throws Problem 409 or 422
   */
  return async function create(
    scope: Scope,
    asked: Asked,
    tryUntilMs = Number.POSITIVE_INFINITY,
  ): Promise<Created> {
    for (let round = 0; round < ROUNDS; round++) {
      const { endpoint, template } = await read(scope, asked);
      // Before the endpoint: its first delivery may follow at once.
      const contract = contractOf(endpoint.contract);
      const needed = algorithmsNeeded(endpoint, contract, endpoint.contractOptions);
      if (needed.size > 0) await ensureSigningKeys(ports, needed);
      if (isUnverified(endpoint)) await holdUnverified(ports, endpoint);
      await ports.registry.putEndpoint(endpoint);
      if (!template || (await ports.templates.joinTemplate(template))) {
        return verified(ports, endpoint, tryUntilMs);
      }
      // The template is not what this was checked with: nobody was told of the endpoint yet.
      const deletedAtMs = ports.surroundings.now();
      await ports.registry.replaceEndpoint(endpoint, { ...endpoint, version: 2, deletedAtMs });
    }
    throw new Problem(409, 'The template is changing at the moment. Try again.');
  };
}
export type CreateEndpoint = ReturnType<typeof createEndpointCreator>;

interface Joined {
  readonly template: Template | undefined;
}

async function verified(
  ports: EndpointPorts,
  made: Endpoint,
  tryUntilMs: number,
): Promise<Created> {
  if (!isUnverified(made)) return { endpoint: made, health: CLEAN_HEALTH };
  const isInTime = ports.surroundings.now() < tryUntilMs;
  const endpoint = isInTime ? await tryToVerify(ports, made, AUTOMATIC_TRY_MS) : made;
  const { health } = await ports.health.getHealth({ ...endpoint, endpointId: endpoint.id });
  return { endpoint, health };
}

async function newEndpoint(
  { surroundings, secrets }: EndpointPorts,
  scope: Scope,
  input: EndpointInput,
  verifyUrl: boolean,
): Promise<Endpoint> {
  const contract = contractOf(input.contract);
  const nowMs = surroundings.now();
  refuseUntimely(input.tls, nowMs);
  const id = createId('ep', nowMs, surroundings.random(10));
  const contractOptions = contract.optionsSchema.parse(input.contractOptions);
  const secret =
    input.secret ?? contract.createSecret(surroundings.random(SECRET_BYTES), contractOptions);
  const key = await secrets.sealingKey();
  const place = secretPlace({ ...scope, id });
  return {
    ...scope,
    id,
    ...keptSettings(input, { ...scope, id }, key, surroundings.random),
    sealedSecrets: [seal(key, place, secret, surroundings.random(NONCE_BYTES))],
    maskedSecret: maskSecret(secret),
    createdAtMs: nowMs,
    version: 1,
    ...(verifyUrl ? { verifyUrl } : {}),
  };
}
