// Changes of endpoints, whether of one or of many: checked together with what stays, and written if
// nobody else wrote in the meantime.
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../core/defined.ts';
import {
  ADDRESS_NAMES,
  askedAddress,
  destinationOf,
  isSameAddress,
} from '../../core/destinations/destination.ts';
import { maskedFaults } from '../../core/endpoints/authentication.ts';
import type { Endpoint, EndpointInput } from '../../core/endpoints/endpoint.ts';
import { keptWebhook, maskedUrlFaults } from '../../core/endpoints/incoming-webhook.ts';
import { SETTING_NAMES, SETTINGS, SHARED_SETTINGS } from '../../core/endpoints/settings/all.ts';
import { keptToken } from '../../core/endpoints/settings/sealed.ts';
import { defaultOf, keptSettings, type Setting } from '../../core/endpoints/settings/setting.ts';
import { AUTOMATIC_TRY_MS, isUnverified, verifyWanted } from '../../core/endpoints/verification.ts';
import { faultsOf } from '../../core/faults.ts';
import { type Fault, Problem, pointer } from '../../core/problem.ts';
import { sealedValuesOf } from '../../core/resealing/sealed-values.ts';
import type { SealingKeys } from '../../core/sealing/seal.ts';
import { following } from '../../core/templates/following.ts';
import { type Template, withoutInherited } from '../../core/templates/template.ts';
import type { AppContext } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { ensureKeysFor } from '../signing/keyring.ts';
import {
  operatorsOptionFaults,
  refuseTransform,
  refuseUntimely,
  settingsAsAsked,
  tlsAsAsked,
} from '../stored-settings.ts';
import { joined } from '../templates/joining.ts';
import { findTemplate, inheritedBy } from '../templates/lookup.ts';
import { askNewRecipients } from './asking.ts';
import { type EndpointPorts, inputSchemasOf, requireToMove } from './creation.ts';
import type { Asked } from './operations.ts';
import { release, tryToVerify } from './verification.ts';

/** Why a change cannot change some of the settings. */
export const FIXED: ReadonlyMap<string, string> = new Map(
  Object.entries<Setting>(SETTINGS).flatMap(([name, { fixed }]) =>
    fixed === undefined ? [] : [[name, fixed]],
  ),
);

interface PlannedChange {
  readonly before: Endpoint;
  readonly after: Endpoint;
  /** The template that it follows then. */
  readonly template: Template | undefined;
}

export function createEndpointChanger(ports: EndpointPorts) {
  const schemas = inputSchemasOf(ports.rules);

  /** What an endpoint would become. @throws Problem 403, 422 */
  async function plan(c: AppContext, before: Endpoint, changes: Asked): Promise<PlannedChange> {
    const faults: Fault[] = [];
    const { template, fault } = await templateAfter(ports, before, changes);
    if (fault !== undefined) faults.push({ path: '/template', message: fault });
    const sealingKey = await ports.secrets.sealingKey(sealedValuesOf(before));
    const seen = settingsAsAsked(before, SETTING_NAMES, sealingKey);
    const own = new Set(template ? ownOf(before, seen) : SHARED_SETTINGS);
    // Its contract never changes, and options go with theirs.
    own.add('contract');
    if (template && template.settings.contract !== before.contract) own.add('contractOptions');
    const asked: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(seen)) {
      if (!SHARED_SETTINGS.has(name) || own.has(name)) asked[name] = value;
    }
    for (const [name, value] of Object.entries(changes)) {
      const fixed = SETTING_NAMES.has(name) ? FIXED.get(name) : 'is not a known field';
      if (fixed !== undefined) faults.push({ path: pointer([name]), message: fixed });
      else if (value === null) {
        delete asked[name];
        own.delete(name);
      } else {
        asked[name] = name === 'tls' ? tlsAsAsked(before, value, sealingKey) : value;
        own.add(name);
      }
    }
    const wanted = verifyAfter(ports, before, changes);
    if (typeof wanted === 'string') faults.push({ path: '/verifyUrl', message: wanted });
    const inherited = template ? inheritedBy(template, { contract: before.contract }) : {};
    const parsed = schemas[before.environment].safeParse({ ...inherited, ...asked });
    if (!parsed.success) faults.push(...faultsOf(parsed.error));
    faults.push(...maskedFaults(asked.authentication, before.authentication));
    faults.push(...maskedUrlFaults(before.contract, asked.url, seen.url));
    if (parsed.success)
      faults.push(...operatorsOptionFaults(c, parsed.data, [before, template?.settings]));
    if (!parsed.success || faults.length > 0) throw refused(faults);
    refuseUntimely(parsed.data.tls, ports.surroundings.now());
    await refuseTransform(parsed.data.transform, '/transform');
    const signingKey =
      'signingKey' in changes ? (parsed.data.signingKey ?? 'tenant') : before.signingKey;
    const chosen = { signingKey, verifyUrl: wanted === true || undefined };
    const whole = changed(ports, before, parsed.data, sealingKey, chosen);
    // Certificates that are not asked about are not checked anew, and stay.
    const kept = before.tls && !('tls' in changes) ? { ...whole, tls: before.tls } : whole;
    const after = template ? following(kept, template, own) : kept;
    requireToMove(c, before, after, 'clientKey' in Object(changes.tls));
    return { before, after: dated(before, after, ports.surroundings.now()), template };
  }

  /** Writes what was planned, if it is a change, and what follows from it: undefined if the endpoint was changed in the meantime. */
  async function carryOut(planned: PlannedChange) {
    const { before, template } = planned;
    const isNew = isChange(planned);
    const written = isNew ? planned.after : before;
    await ensureKeysFor(ports, written);
    if (written.transform) await ports.registry.keepTransform(written, written.transform);
    if (isNew && !(await ports.registry.replaceEndpoint(before, written))) return undefined;
    const after = template ? await joined(ports, written, template) : written;
    if (!after) {
      await ports.registry.replaceEndpoint(written, { ...before, version: written.version + 1 });
      throw new Problem(409, 'The template was changed in the meantime: try again.');
    }
    if (isUnverified(before) && !isUnverified(after)) await release(ports, after);
    await askNewRecipients(ports, after, before);
    const isMoved = !isSameAddress(before.destination, after.destination);
    const isToProve = isMoved || !isUnverified(before);
    return isUnverified(after) && isToProve ? tryToVerify(ports, after, AUTOMATIC_TRY_MS) : after;
  }

  return { plan, carryOut, isChange };
}
export type EndpointChanger = ReturnType<typeof createEndpointChanger>;

/** What is stored of it, but for how often and when that was changed. */
function settingsOf(endpoint: Endpoint) {
  const { version, changedAtMs, ...settings } = withoutInherited(endpoint);
  return settings;
}

function isChange({ before, after }: Pick<PlannedChange, 'before' | 'after'>): boolean {
  return !isDeepStrictEqual(settingsOf(after), settingsOf(before));
}

function dated(before: Endpoint, after: Endpoint, nowMs: number): Endpoint {
  const { description } = before;
  const isOther = isChange({ before, after: { ...after, description } });
  return { ...after, ...defined({ changedAtMs: isOther ? nowMs : before.changedAtMs }) };
}

function changed(
  { surroundings }: EndpointPorts,
  before: Endpoint,
  input: EndpointInput,
  sealingKey: SealingKeys,
  { signingKey, verifyUrl }: { readonly [N in 'signingKey' | 'verifyUrl']: Endpoint[N] },
): Endpoint {
  const { tenant, environment, id, sealedSecrets, maskedSecret, retiringSecrets, secretNumber } =
    before;
  const { contract, token, sealedToken, createdAtMs, version } = before;
  const { random } = surroundings;
  const nowMs = surroundings.now();
  const keeping = { contract, place: before, sealingKey, random, before, nowMs };
  return {
    tenant,
    environment,
    id,
    destination: destinationOf(input, before.destination),
    ...keptSettings(SETTINGS, input, keeping),
    sealedSecrets,
    maskedSecret,
    ...keptWebhook(keeping, input.url, before),
    createdAtMs,
    version: version + 1,
    ...defined({
      // One from before tokens were sealed has an open one.
      ...(sealedToken === undefined ? keptToken(keeping, token) : { sealedToken, token }),
      retiringSecrets,
      secretNumber,
      signingKey,
      verifyUrl,
    }),
  };
}

async function templateAfter(
  ports: EndpointPorts,
  before: Endpoint,
  changes: Asked,
): Promise<{ readonly template?: Template; readonly fault?: string }> {
  const named = 'template' in changes ? changes.template : before.template;
  // Anything but text is for the schema to refuse.
  if (typeof named !== 'string') return {};
  const found = await findTemplate(ports.templates, before, named);
  return typeof found === 'string' ? { fault: found } : { template: found };
}

/** An endpoint that had no template keeps what differs from the defaults. */
function ownOf(before: Endpoint, seen: Readonly<Record<string, unknown>>): readonly string[] {
  if (before.own) return before.own;
  return Object.entries(SETTINGS)
    .filter(
      ([name, setting]) =>
        seen[name] !== undefined && !isDeepStrictEqual(seen[name], defaultOf(setting)),
    )
    .map(([name]) => name);
}

/** An endpoint from before the stack's setting is asked for the proof of a new address only. */
function verifyAfter(
  ports: EndpointPorts,
  before: Endpoint,
  changes: Asked,
): boolean | string | undefined {
  const known = askedAddress(before.destination);
  const isMoved = Object.entries(changes).some(
    ([name, value]) => ADDRESS_NAMES.has(name) && !isDeepStrictEqual(value, known[name]),
  );
  const { verifyUrl: asked } = changes;
  if (asked === undefined && !isMoved) return before.verifyUrl;
  if (asked !== undefined && asked !== null && typeof asked !== 'boolean') return undefined;
  return verifyWanted(
    asked ?? (asked === null ? undefined : before.verifyUrl),
    ports.verifyUrl,
    before.contract,
  );
}
