// An endpoint: a receiver with its contract, its subscription and its limits.
import * as z from 'zod';
import { CONTRACT_NAMES, type ContractName, contractOf } from '../contracts/all.ts';
import { type DestinationRules, judgeUrl, MAX_URL_LENGTH } from '../destinations/url.ts';
import { channelSchema } from '../events/event.ts';
import { faultsOf } from '../faults.ts';
import { anyHeaderNameSchema, headerValueSchema } from '../headers/names.ts';
import { type AutoPause, autoPauseSchema } from '../health/auto-pause.ts';
import { type RetryPolicyInput, retryPolicySchema } from '../retries/policy.ts';
import type { Scope } from '../scope.ts';
import { givenSecretSchema } from '../signing/secret.ts';
import { type FilterPattern, filterSchema } from '../subscriptions/filter/filter.ts';
import { MAX_PATTERNS, patternSchema } from '../subscriptions/patterns.ts';
import {
  type Checked,
  type EndpointExtras,
  type ExtrasFault,
  endpointExtrasShape,
  extrasFaults,
} from './extras.ts';

export const METHODS = ['POST', 'PUT', 'PATCH'] as const;
export const MIN_TIMEOUT_MS = 1_000;
export const MAX_TIMEOUT_MS = 30_000;
export const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_CUSTOM_HEADERS = 20;

export interface Endpoint extends Scope, EndpointExtras {
  readonly id: string;
  readonly url: string;
  readonly contract: ContractName;
  readonly contractOptions: unknown;
  readonly eventTypes: readonly string[];
  readonly channels: readonly string[];
  /** What the data of its events must be, if that matters. */
  readonly filter?: FilterPattern;
  readonly method: (typeof METHODS)[number];
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Its own policy, if it has one: otherwise the stack's or its contract's. */
  readonly retryPolicy?: RetryPolicyInput;
  /** Whether, and when, failures pause it: see endpoint-health.ts. */
  readonly autoPause: AutoPause;
  /** Requests a second over all its deliveries; without it there is no limit. */
  readonly maxPerSecond?: number;
  /** Whether what goes there can also be fetched: see feed.ts. */
  readonly polling?: boolean;
  readonly description: string;
  /** Sealed, newest first: see sealing.ts. */
  readonly sealedSecrets: readonly string[];
  /** As it is shown: 28 asterisks and the last four characters. */
  readonly maskedSecret: string;
  readonly createdAtMs: number;
  /** Counts changes from 1. */
  readonly version: number;
  readonly deletedAtMs?: number;
  /** The template that it follows, and the names of the settings that are its own: see template.ts. */
  readonly template?: string;
  readonly own?: readonly string[];
  /** Whether its URL must be proved, and when the present one was: see verification.ts. */
  readonly verifyUrl?: boolean;
  readonly verifiedAtMs?: number;
}

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

/** What a JSON Schema can say of the destination guard's rules. */
const urlPattern = ({ allowHttp }: DestinationRules): string =>
  `^[Hh][Tt][Tt][Pp]${allowHttp ? '[Ss]?' : '[Ss]'}://[^\\s\\\\#@]+$`;

/** The body of `POST /v1/endpoints`, under a stack's destination rules. */
export function endpointInputSchema(rules: DestinationRules) {
  return z
    .strictObject({
      url: z
        .string()
        .superRefine((text, context) => {
          const verdict = judgeUrl(text, rules);
          if (verdict.kind === 'refused')
            context.addIssue({ code: 'custom', message: verdict.reason });
        })
        .meta({ format: 'uri', maxLength: MAX_URL_LENGTH, pattern: urlPattern(rules) }),
      contract: z.enum(CONTRACT_NAMES).default('standard-webhooks'),
      contractOptions: z.record(z.string(), z.unknown()).default({}),
      eventTypes: z.array(patternSchema).max(MAX_PATTERNS).default([]),
      channels: z.array(channelSchema).max(20).default([]),
      filter: filterSchema.optional(),
      method: z.enum(METHODS).default('POST'),
      headers: headersSchema.default({}),
      timeoutMs: z.int().min(MIN_TIMEOUT_MS).max(MAX_TIMEOUT_MS).default(DEFAULT_TIMEOUT_MS),
      retryPolicy: retryPolicySchema.optional(),
      autoPause: autoPauseSchema.default(true),
      maxPerSecond: z.number().min(0.1).max(1_000).optional(),
      polling: z.boolean().default(false),
      description: z.string().max(500).default(''),
      secret: givenSecretSchema.optional(),
      /** A template's id or name: it gives what is not given here. */
      template: z.string().max(100).optional(),
      /** Whether it gets nothing until its URL has echoed a challenge. */
      verifyUrl: z.boolean().optional(),
      ...endpointExtrasShape,
    })
    .check(settingsCheck());
}
export type EndpointInput = z.infer<ReturnType<typeof endpointInputSchema>>;

type Settled = Checked & {
  readonly contract: ContractName;
  readonly contractOptions: Record<string, unknown>;
};

/** Runs beside faults of single settings, which zod would list alone. */
function settingsCheck() {
  const check = z.check<Settled>(({ value, issues }) => {
    // What single settings are wrong with came first: those are left out of the comparison.
    const faulty = new Set(issues.map((issue) => issue.path?.[0]));
    for (const { path, message } of settingsFaults(value, faulty)) {
      issues.push({ code: 'custom', path: [...path], message, input: value, continue: true });
    }
  });
  check._zod.def.when = ({ value }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return check;
}

/** Settings that do not go together. @param faulty members that are wrong in themselves */
function settingsFaults(
  input: Settled,
  faulty: ReadonlySet<PropertyKey | undefined>,
): readonly ExtrasFault[] {
  if (faulty.has('contract') || faulty.has('contractOptions')) return [];
  const contract = contractOf(input.contract);
  const options = contract.optionsSchema.safeParse(input.contractOptions);
  if (!options.success) {
    return faultsOf(options.error).map(({ path, message }) => ({
      path: ['contractOptions', ...path.split('/').slice(1)],
      message,
    }));
  }
  // Which headers are set follows from these two.
  if (faulty.has('signatures') || faulty.has('timingHeaders')) return [];
  const sound = {
    signatures: input.signatures,
    timingHeaders: input.timingHeaders,
    ownSignature: faulty.has('ownSignature') || input.ownSignature,
    headers: faulty.has('headers') ? {} : input.headers,
    authentication: faulty.has('authentication') ? [] : input.authentication,
    renameHeaders: faulty.has('renameHeaders') ? {} : input.renameHeaders,
    secret: faulty.has('secret') ? undefined : input.secret,
  };
  const isNamedElsewhere = faulty.has('headers') || faulty.has('authentication');
  return extrasFaults(sound, contract, options.data).filter(
    ({ path }) => !(isNamedElsewhere && path[0] === 'signatures' && path[2] === 'headers'),
  );
}
