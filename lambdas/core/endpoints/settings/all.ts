// The settings of an endpoint, each declared once: what requests may give with its default, whether templates may
// hold it, how it is stored and shown. A new setting is an entry here, and the code that applies it.
import * as z from 'zod';
import { CONTRACT_NAMES, contractOf } from '../../contracts/all.ts';
import { extraSignaturesSchema } from '../../contracts/further-signatures.ts';
import { addressSettings } from '../../destinations/destination.ts';
import {
  endpointTlsSchema,
  type KeptTls,
  shownTlsSchema,
  tlsView,
} from '../../destinations/http/tls.ts';
import { STRICT_RULES } from '../../destinations/http/url.ts';
import { channelSchema } from '../../events/event.ts';
import { anyHeaderNameSchema, headerNameSchema, headerValueSchema } from '../../headers/names.ts';
import { autoPauseSchema } from '../../health/auto-pause.ts';
import { retryPolicySchema } from '../../retries/policy.ts';
import { SIGNING_KEY_OWNERS, type SigningKeyOwner } from '../../signing/keys.ts';
import { givenSecretSchema } from '../../signing/secret.ts';
import { filterSchema } from '../../subscriptions/filter/filter.ts';
import { MAX_PATTERNS, patternSchema } from '../../subscriptions/patterns.ts';
import {
  keptTransform,
  shownTransform,
  shownTransformSchema,
  type Transform,
  transformSchema,
} from '../../transforms/transform.ts';
import { authenticationsSchema, type SealedAuthentication } from '../authentication.ts';
import { bodyEncryptionSchema, shownEncryptionSchema } from '../body-encryption.ts';
import { DEFAULTS } from './defaults.ts';
import { keptAuthentication, keptTls } from './sealed.ts';
import {
  converted,
  type Declarations,
  type Given,
  type Setting,
  type SharedName,
} from './setting.ts';

const METHODS = ['POST', 'PUT', 'PATCH'] as const;
const MAX_CUSTOM_HEADERS = 20;
const MAX_RENAMES = 20;
const MAX_BOUND_CHANNELS = 20;

const headersSchema = z
  .record(anyHeaderNameSchema, headerValueSchema)
  .refine(
    (headers) => Object.keys(headers).length <= MAX_CUSTOM_HEADERS,
    `must be at most ${MAX_CUSTOM_HEADERS} headers`,
  )
  .refine(
    (headers) =>
      new Set(Object.keys(headers).map((name) => name.toLowerCase())).size ===
      Object.keys(headers).length,
    'must not repeat a name in another spelling',
  )
  .meta({ maxProperties: MAX_CUSTOM_HEADERS });

/** In the order of the OpenAPI document. */
export const SETTINGS = {
  ...addressSettings(STRICT_RULES),
  contract: {
    input: z.enum(CONTRACT_NAMES).default(DEFAULTS.contract),
    fixed: 'cannot be changed: create another endpoint',
    shown: z.enum(CONTRACT_NAMES),
  },
  contractOptions: converted({
    input: z.record(z.string(), z.unknown()).default(DEFAULTS.contractOptions),
    keep: (given, { contract }) => contractOf(contract).optionsSchema.parse(given),
    shown: z.unknown().meta({ type: 'object' }),
  }),
  eventTypes: {
    input: z.array(patternSchema).max(MAX_PATTERNS).default(DEFAULTS.eventTypes),
    shown: z.array(z.string()),
    example: ['dossier.*'],
  },
  channels: {
    input: z.array(channelSchema).max(MAX_BOUND_CHANNELS).default(DEFAULTS.channels),
    shown: z.array(z.string()),
  },
  /** A condition on the data of its events. */
  filter: {
    input: filterSchema.optional(),
    shown: z.record(z.string(), z.unknown()).nullable(),
    example: { risk: { score: [{ numeric: ['>', 80] }] } },
  },
  /** What the data of its events is made into, before its contract forms a request. */
  transform: converted({
    input: transformSchema.optional(),
    keep: keptTransform,
    shown: shownTransformSchema.nullable(),
    show: (kept: Transform | undefined) => (kept ? shownTransform(kept) : null),
    example: null,
  }),
  method: { input: z.enum(METHODS).default(DEFAULTS.method), shown: z.enum(METHODS) },
  headers: {
    input: headersSchema.default(DEFAULTS.headers),
    shown: z.record(z.string(), z.string()),
  },
  timeoutMs: { input: z.int().min(1_000).max(30_000).default(DEFAULTS.timeoutMs), shown: z.int() },
  /** Its own policy, if it has one: otherwise the stack's or its contract's. */
  retryPolicy: {
    input: retryPolicySchema.optional(),
    shown: retryPolicySchema,
    example: 'forty-days',
  },
  /** Whether and when failures pause it. */
  autoPause: { input: autoPauseSchema.default(DEFAULTS.autoPause), shown: autoPauseSchema },
  /** Requests a second over all its deliveries; without it there is no limit. */
  maxPerSecond: { input: z.number().min(0.1).max(1_000).optional(), shown: z.number().nullable() },
  /** Whether its events can also be fetched. */
  polling: { input: z.boolean().default(false), shown: z.boolean() },
  description: { input: z.string().max(500).default(DEFAULTS.description), shown: z.string() },
  secret: {
    input: givenSecretSchema.optional(),
    isOwn: true,
    fixed: 'can be changed only with POST /v1/endpoints/{id}/rotate-secret',
    isKeptApart: true,
    shown: z
      .string()
      .meta({ description: '28 asterisks, then the last four characters of the secret.' }),
    example: '****************************7oD=',
  },
  /** The id or name of the template that it inherits from. */
  template: { input: z.string().max(100).optional(), isOwn: true, isKeptApart: true },
  /** Whether deliveries are held until its URL has echoed a challenge. */
  verifyUrl: { input: z.boolean().optional(), isOwn: true, isKeptApart: true },
  /** `wh_...`: what tells a receiver's endpoints apart (the contract bynn sends it). */
  token: {
    input: z
      .string()
      .regex(/^[\x21-\x7e]{8,256}$/, 'must be 8 to 256 printable ASCII characters without spaces')
      .optional(),
    isOwn: true,
    fixed: 'cannot be changed: create another endpoint',
    isKeptApart: true,
    shown: z.string().nullable(),
    example: 'wh_4hGkz0CSjRD1W0uOZkzAq2yB',
  },
  /** Whose key signs what its own secret does not: the tenant's unless said. */
  signingKey: {
    input: z.enum(SIGNING_KEY_OWNERS).optional(),
    isOwn: true,
    isKeptApart: true,
    shown: z.enum(SIGNING_KEY_OWNERS).meta({
      description: 'Whose key signs. The stack’s signs only what the operator’s key posted.',
    }),
    show: (kept: SigningKeyOwner = 'stack') => kept,
    example: 'tenant',
  },
  /** Signatures beside the contract's own. */
  signatures: { input: extraSignaturesSchema.default([]), shown: extraSignaturesSchema },
  /** False leaves the contract's own signature out: `signatures` must then hold one. */
  ownSignature: { input: z.boolean().default(true), shown: z.boolean() },
  encryption: { input: bodyEncryptionSchema.optional(), shown: shownEncryptionSchema.nullable() },
  authentication: converted({
    input: authenticationsSchema.default([]),
    keep: keptAuthentication,
    shown: z
      .array(z.record(z.string(), z.string()))
      .meta({ description: 'As they were given, with secrets masked.' }),
    show: (kept: readonly SealedAuthentication[] = []) => kept.map(({ shown }) => shown),
  }),
  /** Names that headers of the contract and of further signatures are sent under instead. */
  renameHeaders: {
    input: z
      .record(z.string(), headerNameSchema)
      .refine((map) => Object.keys(map).length <= MAX_RENAMES, `must be at most ${MAX_RENAMES}`)
      .meta({ maxProperties: MAX_RENAMES })
      .default({}),
    shown: z.record(z.string(), z.string()),
  },
  /** The endpoint's own certificates. */
  tls: converted({
    input: endpointTlsSchema.optional(),
    isOwn: true,
    keep: keptTls,
    shown: shownTlsSchema
      .nullable()
      .meta({ description: 'The endpoint’s own certificates, never the private key.' }),
    show: (kept: KeptTls | undefined) => tlsView(kept),
  }),
  /** Adds when the event was accepted, the attempt's number, and when it was sent. */
  timingHeaders: { input: z.boolean().default(false), shown: z.boolean() },
} as const satisfies Declarations;

export type GivenSettings = Given<typeof SETTINGS>;
export type SharedSetting = SharedName<typeof SETTINGS>;
export const SETTING_NAMES: ReadonlySet<string> = new Set(Object.keys(SETTINGS));
/** The settings that a template may hold. */
export const SHARED_SETTINGS: ReadonlySet<string> = new Set(
  Object.entries<Setting>(SETTINGS).flatMap(([name, { isOwn }]) => (isOwn ? [] : [name])),
);
