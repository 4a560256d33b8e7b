// Reseals the registry under the current version of the key: every tenant's signing keys, templates and endpoints;
// the stack's keys are the operator's tenant's. It may stop after any page and continue from its cursor, and may be
// repeated: values that are sealed under the current version are skipped.

import * as z from 'zod';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { EndpointStore, SealedEndpoints } from '../endpoints/store.ts';
import { SealBrokenError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import { allOf } from '../listing.ts';
import { optimistically } from '../optimistic.ts';
import { ENVIRONMENTS, OPERATOR_TENANT, type Scope } from '../scope.ts';
import { NONCE_BYTES, type SealingKeys } from '../sealing/seal.ts';
import type { KeyringStore } from '../signing/keys.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Templates } from '../templates/store.ts';
import { type Template, withoutInherited } from '../templates/template.ts';
import type { TenantListing } from '../tenants/store.ts';
import {
  isSealedUnder,
  isSealedWhole,
  type Resealing,
  resealedEndpoint,
  resealedKeyring,
  resealedTemplate,
  sealedValuesOfTemplate,
} from './sealed-values.ts';

const PAGE = 50;
/** How often an endpoint that others change meanwhile is tried. */
const ROUNDS = 5;

export interface WalkPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'> & Pick<TenantListing, 'listTenants'>;
  readonly endpoints: SealedEndpoints;
  readonly templates: Pick<Templates, 'listAllTemplates' | 'getTemplate' | 'replaceTemplate'>;
  readonly keyring: KeyringStore;
  readonly surroundings: Pick<Surroundings, 'random'>;
}

/** A walk's progress and its counts so far. */
export const walkSchema = z.strictObject({
  /** The version it seals under: another one begins another walk. */
  version: z.int().min(1),
  begunAtMs: z.int().min(0),
  /** Endpoints and signing keys. */
  walked: z.int().min(0),
  resealed: z.int().min(0),
  /** Those that still need another version. */
  left: z.int().min(0),
  /** Absent once it is over. */
  at: z
    .strictObject({
      tenant: z.string(),
      environment: z.enum(ENVIRONMENTS),
      endpoint: z.string().optional(),
    })
    .optional(),
});
export type Walk = z.infer<typeof walkSchema>;

export function newWalk(version: number, begunAtMs: number): Walk {
  const at = { tenant: OPERATOR_TENANT, environment: ENVIRONMENTS[0] };
  return { version, begunAtMs, walked: 0, resealed: 0, left: 0, at };
}

/** Goes on until the end, or until it is out of time: at least by a page. */
export async function walkOn(
  ports: WalkPorts,
  keys: SealingKeys,
  walk: Walk,
  isOutOfTime: () => boolean,
): Promise<Walk> {
  const resealing = { keys, nonce: () => ports.surroundings.random(NONCE_BYTES) };
  let current = walk;
  while (current.at) {
    current = await walkPage(ports, resealing, current, current.at);
    if (isOutOfTime()) break;
  }
  return current;
}

async function walkPage(
  ports: WalkPorts,
  resealing: Resealing,
  walk: Walk,
  at: NonNullable<Walk['at']>,
): Promise<Walk> {
  const page = await ports.endpoints.listAll(at, PAGE, at.endpoint);
  const ends = await inParallel(page.entries, PAGE, (one) => resealOne(ports, resealing, one));
  // A scope's keys and templates go with the first page of its endpoints.
  if (at.endpoint === undefined) {
    ends.push(...(await resealKeyring(ports, resealing, at)));
    ends.push(...(await resealTemplates(ports, resealing, at)));
  }
  const count = (end: (typeof ends)[number]) => ends.filter((one) => one === end).length;
  const { at: _, ...counts } = walk;
  const next = await placeAfter(ports, at, page.next);
  return {
    ...counts,
    walked: walk.walked + ends.length,
    resealed: walk.resealed + count('resealed'),
    left: walk.left + count('left'),
    at: next,
  };
}

async function placeAfter(
  ports: WalkPorts,
  { tenant, environment }: NonNullable<Walk['at']>,
  endpoint: string | undefined,
): Promise<Walk['at']> {
  if (endpoint !== undefined) return { tenant, environment, endpoint };
  const nextEnvironment = ENVIRONMENTS[ENVIRONMENTS.indexOf(environment) + 1];
  if (nextEnvironment) return { tenant, environment: nextEnvironment };
  let after = tenant === OPERATOR_TENANT ? undefined : tenant;
  do {
    const page = await ports.registry.listTenants(PAGE, after);
    // The operator's came first, whether it is listed or not.
    const next = page.entries.find(({ id }) => id !== OPERATOR_TENANT);
    if (next) return { tenant: next.id, environment: ENVIRONMENTS[0] };
    after = page.next;
  } while (after !== undefined);
  return undefined;
}

type End = 'resealed' | 'current' | 'left';

async function resealTemplates(
  ports: WalkPorts,
  resealing: Resealing,
  scope: Scope,
): Promise<End[]> {
  const ends: End[] = [];
  for (const template of await allOf((after) =>
    ports.templates.listAllTemplates(scope, PAGE, after),
  )) {
    if (sealedValuesOfTemplate(template).length === 0) continue;
    ends.push(await resealTemplate(ports, resealing, template));
  }
  return ends;
}

async function resealTemplate(
  { templates }: WalkPorts,
  resealing: Resealing,
  { tenant, environment, id }: Template,
): Promise<End> {
  return orLeft(async () => {
    const kept = await templates.getTemplate({ tenant, environment }, id);
    if (!kept) return 'current';
    const values = sealedValuesOfTemplate(kept.template);
    if (isSealedUnder(values, resealing.keys.current)) return 'current';
    const after = resealedTemplate(kept.template, resealing);
    return (await templates.replaceTemplate(kept, after)) ? 'resealed' : undefined;
  });
}

async function resealOne(
  { endpoints, registry }: WalkPorts,
  resealing: Resealing,
  listed: Endpoint,
): Promise<End> {
  const readAgain = async (): Promise<Endpoint | undefined> => {
    const found = await registry.getEndpoint(listed, listed.id);
    return found && withoutInherited(found);
  };
  return orLeft(async (round) => {
    const endpoint = round === 0 ? listed : await readAgain();
    if (!endpoint) return 'left';
    if (isSealedWhole(endpoint, resealing.keys.current)) return 'current';
    const after = resealedEndpoint(endpoint, resealing);
    return (await endpoints.rewrite(endpoint, after)) ? 'resealed' : undefined;
  });
}

/** Values that do not open, or that others keep changing, are left as they are. */
async function orLeft(attempt: (round: number) => Promise<End | undefined>): Promise<End> {
  try {
    return (await optimistically(ROUNDS, attempt)) ?? 'left';
  } catch (error) {
    if (error instanceof SealBrokenError) return 'left';
    throw error;
  }
}

async function resealKeyring(
  { keyring }: WalkPorts,
  resealing: Resealing,
  owner: Scope,
): Promise<End[]> {
  let count = 0;
  const end = await orLeft(async () => {
    const before = await keyring.read(owner);
    count = before.keys.length;
    const values = before.keys.map(({ sealedPrivateKey }) => sealedPrivateKey);
    if (isSealedUnder(values, resealing.keys.current)) return 'current';
    const isReplaced = await keyring.replace(before, resealedKeyring(before, resealing));
    return isReplaced ? 'resealed' : undefined;
  });
  return Array.from({ length: count }, () => end);
}
