// Makes endpoints from what is asked for, whether one by one or many at once.

import { contractOf } from '../../core/contracts/all.ts';
import { destinationOf } from '../../core/destinations/destination.ts';
import { type DestinationRules, rulesFor } from '../../core/destinations/http/url.ts';
import { maskedFaults } from '../../core/endpoints/authentication.ts';
import { movesCredentials } from '../../core/endpoints/credentials.ts';
import {
  type Endpoint,
  type EndpointInput,
  endpointInputSchema,
} from '../../core/endpoints/endpoint.ts';
import { keptWebhook, maskedUrlFaults } from '../../core/endpoints/incoming-webhook.ts';
import { SETTINGS } from '../../core/endpoints/settings/all.ts';
import { keptToken } from '../../core/endpoints/settings/sealed.ts';
import { keptSettings } from '../../core/endpoints/settings/setting.ts';
import { checkSecret } from '../../core/endpoints/settings/together.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { AUTOMATIC_TRY_MS, isUnverified, verifyWanted } from '../../core/endpoints/verification.ts';
import { faultsOf } from '../../core/faults.ts';
import { CLEAN_HEALTH, type Health } from '../../core/health/health.ts';
import { optimistically } from '../../core/optimistic.ts';
import { type Fault, Problem, pointer } from '../../core/problem.ts';
import { addressOf, type Scope } from '../../core/scope.ts';
import { secretPlace } from '../../core/sealing/places.ts';
import { NONCE_BYTES, seal } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import type { Settings, VerifyMode } from '../../core/settings.ts';
import type { KeyringStore } from '../../core/signing/keys.ts';
import { maskSecret, SECRET_BYTES } from '../../core/signing/secret.ts';
import { following } from '../../core/templates/following.ts';
import type { Templates } from '../../core/templates/store.ts';
import type { Template } from '../../core/templates/template.ts';
import type { TransformVersions } from '../../core/transforms/transform.ts';
import { type AppContext, isAllowed } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import {
  type Creation,
  type CreationPorts,
  createOnce,
  DELETED_SINCE,
} from '../../http/creation.ts';
import { placesUnder, type TakePlace } from '../../http/limits.ts';
import { ensureKeysFor } from '../signing/keyring.ts';
import { operatorsOptionFaults, refuseTransform, refuseUntimely } from '../stored-settings.ts';
import { joined } from '../templates/joining.ts';
import { findTemplate, inheritedBy } from '../templates/lookup.ts';
import { askNewRecipients } from './asking.ts';
import type { Asked } from './operations.ts';
import { tryToVerify, type VerificationPorts } from './verification.ts';

/** How often it is begun anew when the template was changed in the meantime. */
const ROUNDS = 3;

export interface EndpointPorts extends VerificationPorts, Pick<CreationPorts, 'ledger'> {
  readonly registry: EndpointStore & Pick<TransformVersions, 'keepTransform'>;
  readonly templates: Templates;
  readonly keyring: KeyringStore;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly limits: Pick<Settings['limits'], 'endpointsPerTenant'>;
  readonly rules: DestinationRules;
  readonly verifyUrl: VerifyMode;
}

interface Created {
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
  const { registry } = ports;
  const schemas = inputSchemasOf(ports.rules);

  /** @throws Problem 422, with each fault by its path in what was asked */
  async function read(c: AppContext, scope: Scope, asked: Asked): Promise<Wanted> {
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
    if (parsed.success) {
      faults.push(...operatorsOptionFaults(c, parsed.data, [template?.settings]));
    }
    faults.push(...maskedFaults(asked.authentication));
    faults.push(...maskedUrlFaults(parsed.data?.contract, asked.url));
    const secret = parsed.success ? secretFor(parsed.data, ports.surroundings) : '';
    // A given one was checked with the other settings.
    if (parsed.success && parsed.data.secret === undefined) {
      checkSecret(parsed.data, secret, (path, message) => {
        faults.push({ path: pointer(path), message });
      });
    }
    const wanted = verifyWanted(parsed.data?.verifyUrl, ports.verifyUrl, parsed.data?.contract);
    if (typeof wanted === 'string') faults.push({ path: '/verifyUrl', message: wanted });
    if (!parsed.success || faults.length > 0) throw refused(faults);
    refuseUntimely(parsed.data.tls, ports.surroundings.now());
    await refuseTransform(parsed.data.transform, '/transform');
    return { input: parsed.data, secret, verifyUrl: wanted === true, template };
  }

  /** What another request with the same key created. @throws Problem 409 */
  async function created(endpoint: Endpoint): Promise<Created> {
    if (endpoint.deletedAtMs !== undefined) throw new Problem(409, DELETED_SINCE);
    const { health } = await ports.health.getHealth(addressOf(endpoint));
    return { endpoint, health };
  }

  /** The endpoint as it is to be stored; the keys that it signs with are there before it is. */
  async function prepared(
    c: AppContext,
    scope: Scope,
    asked: Asked,
    wanted: Wanted,
    creation: Creation,
  ): Promise<Endpoint> {
    const made = await newEndpoint(ports, scope, wanted, creation);
    const { template } = wanted;
    const endpoint = template ? following(made, template, Object.keys(asked)) : made;
    requireToMove(c, undefined, endpoint, true);
    await ensureKeysFor(ports, endpoint);
    if (endpoint.transform) await registry.keepTransform(scope, endpoint.transform);
    return endpoint;
  }

  async function make(
    c: AppContext,
    scope: Scope,
    asked: Asked,
    checked: Wanted,
    creation: Creation,
    { takeRoom, tryUntilMs = Number.POSITIVE_INFINITY }: CreateOptions,
  ): Promise<Created> {
    const made = await optimistically(ROUNDS, async (round) => {
      const wanted = round === 0 ? checked : await read(c, scope, asked);
      const endpoint = await prepared(c, scope, asked, wanted, creation);
      takeRoom?.(endpoint, false);
      const stored = await registry.putEndpointOnce(endpoint);
      // A repeat at the same time was faster.
      if (!isSame(stored, endpoint)) return created(stored);
      const { template } = wanted;
      const endpointNow = template ? await joined(ports, stored, template) : stored;
      if (endpointNow) return verified(ports, endpointNow, tryUntilMs);
      // It is not what it was checked with: nobody was told of the endpoint yet.
      const deletedAtMs = ports.surroundings.now();
      await registry.replaceEndpoint(stored, { ...stored, deletedAtMs });
      return undefined;
    });
    if (!made) throw new Problem(409, 'The template is changing at the moment. Try again.');
    return made;
  }

  /** @throws Problem 409 or 422 */
  return function create(
    c: AppContext,
    scope: Scope,
    asked: Asked,
    options: CreateOptions = {},
  ): Promise<Created> {
    return createOnce(c, ports, scope, {
      kind: 'endpoints',
      prefix: 'ep',
      body: asked,
      index: options.index,
      find: async (id) => {
        const endpoint = await registry.getEndpoint(scope, id);
        if (!endpoint || endpoint.deletedAtMs !== undefined) return undefined;
        // Whoever put it may have come no further: it joins its template, and is announced to fan-out once more.
        const { template } = endpoint;
        const kept = template && (await ports.templates.getTemplate(scope, template));
        const isJoined = kept && (await joined(ports, endpoint, { ...kept.template, version: -1 }));
        if (template !== undefined && !isJoined) {
          const deletedAtMs = ports.surroundings.now();
          await registry.replaceEndpoint(endpoint, { ...endpoint, deletedAtMs });
          throw new Problem(409, DELETED_SINCE);
        }
        await registry.replaceEndpoint(endpoint, endpoint);
        options.takeRoom?.(endpoint, true);
        return created(endpoint);
      },
      check: async () => {
        const wanted = await read(c, scope, asked);
        await (options.takePlace ?? endpointPlaces(ports, scope))();
        return wanted;
      },
      make: (creation, wanted) => make(c, scope, asked, wanted, creation, options),
    });
  };
}

export const MOVED =
  'Credentials that are kept, or a template’s, would be sent to another origin: send them with the URL, or use a key with the scope secrets:write.';

/** @throws Problem 403 */
export function requireToMove(
  c: AppContext,
  before: Endpoint | undefined,
  after: Endpoint,
  isKeyGiven: boolean,
): void {
  if (!isAllowed(c, 'secrets:write') && movesCredentials(before, after, isKeyGiven)) {
    throw new Problem(403, MOVED);
  }
}

export function endpointPlaces(
  { registry, limits }: Pick<EndpointPorts, 'registry' | 'limits'>,
  scope: Scope,
): TakePlace {
  return placesUnder('endpoints', limits.endpointsPerTenant, (limit, cursor) =>
    registry.listEndpoints(scope, limit, cursor),
  );
}

/** Where several are created in one request. */
interface CreateOptions {
  readonly index?: number;
  readonly takePlace?: TakePlace;
  /** Throws if the answer cannot show it too: what is not there yet is not created then. */
  readonly takeRoom?: (endpoint: Endpoint, isThere: boolean) => void;
  /** No proof of a URL is tried by itself after this time. */
  readonly tryUntilMs?: number;
}

interface Wanted {
  readonly input: EndpointInput;
  readonly secret: string;
  readonly verifyUrl: boolean;
  readonly template: Template | undefined;
}

/** Sealed with a nonce of its own: no other request has made the same. */
const isSame = (one: Endpoint, other: Endpoint): boolean =>
  one.sealedSecrets[0] === other.sealedSecrets[0];

async function verified(
  ports: EndpointPorts,
  made: Endpoint,
  tryUntilMs: number,
): Promise<Created> {
  if (!isUnverified(made)) return { endpoint: made, health: CLEAN_HEALTH };
  const isInTime = ports.surroundings.now() < tryUntilMs;
  if (isInTime) await askNewRecipients(ports, made);
  const endpoint = isInTime ? await tryToVerify(ports, made, AUTOMATIC_TRY_MS) : made;
  const { health } = await ports.health.getHealth(addressOf(endpoint));
  return { endpoint, health };
}

function secretFor(
  { contract: name, contractOptions, secret, url }: EndpointInput,
  { random }: Pick<EndpointPorts['surroundings'], 'random'>,
): string {
  // What links in mails are made with: nobody is shown it.
  const unseen = () => Buffer.from(random(SECRET_BYTES)).toString('base64url');
  const contract = contractOf(name);
  const options = contract.optionsSchema.parse(contractOptions);
  return secret ?? contract.createSecret?.(random(SECRET_BYTES), options) ?? url ?? unseen();
}

async function newEndpoint(
  { surroundings, secrets }: EndpointPorts,
  scope: Scope,
  { input, secret, verifyUrl }: Wanted,
  { id, atMs }: Creation,
): Promise<Endpoint> {
  const sealingKey = await secrets.sealingKey();
  const { random } = surroundings;
  const place = { ...scope, id };
  const keeping = { contract: input.contract, place, sealingKey, random, nowMs: atMs };
  return {
    ...place,
    destination: destinationOf(input),
    ...keptSettings(SETTINGS, input, keeping),
    ...keptToken(keeping, input.token),
    sealedSecrets: [seal(sealingKey, secretPlace(place), secret, random(NONCE_BYTES))],
    maskedSecret: maskSecret(secret),
    ...keptWebhook(keeping, input.url),
    signingKey: input.signingKey ?? 'tenant',
    createdAtMs: atMs,
    version: 1,
    ...(verifyUrl ? { verifyUrl } : {}),
  };
}
