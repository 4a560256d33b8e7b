// What an endpoint may add to its contract: further signatures, encryption, authentication headers,
// renamed headers, timing headers. Read and checked here; carried out in compose-request.ts.
import * as z from 'zod';
import type { Contract } from '../contracts/contract.ts';
import {
  algorithmsOf,
  type ExtraSignature,
  extraSignaturesSchema,
  headerNamesOf,
} from '../contracts/further-signatures.ts';
import { headerNameSchema, isTransportHeader } from '../headers/names.ts';
import { TIMING_HEADERS } from '../headers/timing.ts';
import { isAsymmetric } from '../signing/asymmetric-secret.ts';
import type { KeyAlgorithm } from '../signing/keys.ts';
import { authenticationsSchema, headerOf, type SealedAuthentication } from './authentication.ts';
import { type BodyEncryption, bodyEncryptionSchema } from './body-encryption.ts';
import { endpointTlsSchema, type KeptTls } from './tls.ts';

const MAX_RENAMES = 20;

export const endpointExtrasShape = {
  /** `wh_...`: what tells a receiver's endpoints apart (the contract bynn sends it). */
  token: z
    .string()
    .regex(/^[\x21-\x7e]{8,256}$/, 'must be 8 to 256 printable ASCII characters without spaces')
    .optional(),
  /** Signatures beside the contract's own. */
  signatures: extraSignaturesSchema.default([]),
  /** False leaves the contract's own signature out: `signatures` must then hold one. */
  ownSignature: z.boolean().default(true),
  encryption: bodyEncryptionSchema.optional(),
  authentication: authenticationsSchema.default([]),
  /** Names that headers of the contract and of further signatures are sent under instead. */
  renameHeaders: z
    .record(z.string(), headerNameSchema)
    .refine((map) => Object.keys(map).length <= MAX_RENAMES, `must be at most ${MAX_RENAMES}`)
    .meta({ maxProperties: MAX_RENAMES })
    .default({}),
  /** Certificates of its own: see endpoint-tls.ts. */
  tls: endpointTlsSchema.optional(),
  /** Adds when the event was accepted, the attempt's number, and when it was sent. */
  timingHeaders: z.boolean().default(false),
};
const extrasSchema = z.object(endpointExtrasShape);
export type EndpointExtrasInput = z.infer<typeof extrasSchema>;

/** As they are kept; what is absent is not wanted. */
export interface EndpointExtras {
  /** Open; what is stored has it sealed. */
  readonly token?: string;
  readonly sealedToken?: string;
  readonly signatures?: readonly ExtraSignature[];
  readonly ownSignature?: boolean;
  readonly encryption?: BodyEncryption;
  readonly authentication?: readonly SealedAuthentication[];
  readonly renameHeaders?: Readonly<Record<string, string>>;
  readonly timingHeaders?: boolean;
  readonly tls?: KeptTls;
  /** Secrets that a rotation replaced, newest first: they go on signing until their time. */
  readonly retiringSecrets?: readonly { readonly sealed: string; readonly untilMs: number }[];
}

/** What must go together. A template has no URL. */
export type Checked = Pick<
  EndpointExtrasInput,
  'signatures' | 'ownSignature' | 'authentication' | 'renameHeaders' | 'timingHeaders'
> & {
  readonly tls?: unknown;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret?: string | undefined;
};

export interface ExtrasFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What does not go together, found when an endpoint is saved. */
export function extrasFaults(input: Checked, contract: Contract, options: unknown): ExtrasFault[] {
  const faults: ExtrasFault[] = [];
  const report = (path: (string | number)[], message: string) => faults.push({ path, message });
  if (!input.ownSignature && input.signatures.length === 0) {
    report(['ownSignature'], 'may be false only beside at least one of signatures');
  }
  if (input.secret !== undefined && isAsymmetric(input.secret)) {
    const extra = input.signatures.findIndex((one) => usesSecret(one));
    if (contract.name !== 'standard-webhooks') {
      report(['secret'], 'may be a whsk_ key for the contract standard-webhooks only');
    } else if (extra >= 0) {
      report(
        ['signatures', extra, 'scheme'],
        'needs a shared secret, and the secret is a whsk_ key',
      );
    }
  }
  if (input.tls !== undefined && /^http:/i.test(input.url ?? '')) {
    report(['tls'], 'needs a URL with https');
  }
  const set = headersSet(input, contract, options, report);
  const reserved = renamedNames(input, set, report);
  for (const name of Object.keys(input.headers)) {
    if (reserved.has(name.toLowerCase()) || isTransportHeader(name)) {
      report(['headers', name], 'is set by Posthorn and cannot be replaced');
    }
  }
  for (const [index, extra] of input.signatures.entries()) {
    if (extra.scheme !== 'http-message') continue;
    for (const name of extra.headers) {
      if (sentBeside(input).has(name.toLowerCase())) continue;
      const path = ['signatures', index, 'headers'];
      report(path, `names ${name}, which is none of headers or authentication`);
    }
  }
  const taken = new Set(Object.keys(input.headers).map((name) => name.toLowerCase()));
  for (const [index, given] of input.authentication.entries()) {
    const name = headerOf(given)[0].toLowerCase();
    const path = ['authentication', index, ...(given.type === 'header' ? ['name'] : [])];
    if (reserved.has(name)) report(path, `sets ${name}, which Posthorn sets itself`);
    else if (taken.has(name)) report(path, `sets ${name}, which is set already`);
    taken.add(name);
  }
  return faults;
}

/** Names of custom and authentication headers, in lower case. */
function sentBeside({ headers, authentication }: Checked): ReadonlySet<string> {
  const names = [...Object.keys(headers), ...authentication.map((one) => headerOf(one)[0])];
  return new Set(names.map((name) => name.toLowerCase()));
}

const usesSecret = (extra: ExtraSignature): boolean =>
  extra.scheme === 'http-message' ? extra.algorithm === 'hmac-sha256' : extra.scheme !== 'v1a';

type Report = (path: (string | number)[], message: string) => void;

/** The names that the contract, further signatures and timing set, in lower case, before renaming. */
function headersSet(
  input: Checked,
  contract: Contract,
  options: unknown,
  report: Report,
): Set<string> {
  const set = new Set(contract.headerNames(options));
  const schemes = new Set<string>([contract.name]);
  for (const [index, extra] of input.signatures.entries()) {
    const names = headerNamesOf(extra);
    const isShared = extra.scheme === 'v1a' || extra.scheme === 'standard-webhooks';
    const clash = names.find((name) => set.has(name) && !(isShared && schemes.has(family(extra))));
    const path = ['signatures', index, 'scheme'];
    if (extra.scheme === contract.name) report(path, 'is what the contract does anyway');
    else if (clash !== undefined) report(path, `sets ${clash}, which is set already`);
    schemes.add(extra.scheme).add(family(extra));
    for (const name of names) set.add(name);
  }
  if (input.timingHeaders) for (const name of TIMING_HEADERS) set.add(name.toLowerCase());
  return set;
}

/** `v1a` is one more signature among those of Standard Webhooks. */
const family = ({ scheme }: ExtraSignature): string =>
  scheme === 'v1a' ? 'standard-webhooks' : scheme;

/** All names that custom headers may not take: those set, and those they are renamed to. */
function renamedNames(input: Checked, set: ReadonlySet<string>, report: Report): Set<string> {
  const reserved = new Set(set);
  const fixed = new Set(['content-digest', 'signature', 'signature-input']);
  const seen = new Set<string>();
  for (const [from, to] of Object.entries(input.renameHeaders)) {
    const old = from.toLowerCase();
    const path = ['renameHeaders', from];
    if (fixed.has(old)) report(path, 'has its name from RFC 9421 and cannot be renamed');
    else if (!set.has(old))
      report(path, 'is no header that this endpoint’s contract or settings set');
    if (seen.has(old)) report(path, 'stands here in another spelling already');
    seen.add(old);
    const lower = to.toLowerCase();
    if (lower !== old && reserved.has(lower)) report(path, `leads to ${to}, which is set already`);
    reserved.add(lower);
  }
  return reserved;
}

/** Stack keys that an endpoint's signatures are made with. */
export function algorithmsNeeded(
  extras: Pick<EndpointExtras, 'signatures' | 'ownSignature'>,
  contract: Contract,
  options: unknown,
): ReadonlySet<KeyAlgorithm> {
  const own = extras.ownSignature === false ? [] : contract.algorithms(options);
  return new Set([...own, ...(extras.signatures ?? []).flatMap(algorithmsOf)]);
}
