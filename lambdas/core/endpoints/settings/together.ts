// Conflicts between settings of an endpoint, found when it is saved: headers that would be set twice,
// signatures without what they need.
import { contractOf } from '../../contracts/all.ts';
import type { Contract } from '../../contracts/contract.ts';
import { type ExtraSignature, headerNamesOf } from '../../contracts/further-signatures.ts';
import { addressConflicts } from '../../destinations/destination.ts';
import { faultsOf } from '../../faults.ts';
import { isTransportHeader } from '../../headers/names.ts';
import { TIMING_HEADERS } from '../../headers/timing.ts';
import { isAsymmetric } from '../../signing/asymmetric-secret.ts';
import { isStandardSecret } from '../../signing/secret.ts';
import { headerOf } from '../authentication.ts';
import { type GivenSettings, SETTINGS } from './all.ts';
import { defaultOf } from './setting.ts';

/** @param message follows the setting's name */
type Report = (path: readonly PropertyKey[], message: string) => void;

/** @param faulty settings that are wrong in themselves: they count as not given */
export function checkTogether(
  given: GivenSettings,
  faulty: ReadonlySet<PropertyKey | undefined>,
  report: Report,
): void {
  if (faulty.has('contract') || faulty.has('contractOptions')) return;
  const contract = contractOf(given.contract);
  const options = contract.optionsSchema.safeParse(given.contractOptions);
  if (!options.success) {
    for (const { path, message } of faultsOf(options.error)) {
      report(['contractOptions', ...path.split('/').slice(1)], message);
    }
    return;
  }
  // Which headers are set follows from these two.
  if (faulty.has('signatures') || faulty.has('timingHeaders')) return;
  const defaults = Object.entries(SETTINGS).flatMap(([name, setting]) =>
    faulty.has(name) ? [[name, defaultOf(setting)]] : [],
  );
  const settings = { ...given, ...Object.fromEntries(defaults) };
  checkSignatures(settings, report);
  if (contract.incomingWebhook) checkChat(settings, report);
  if (settings.secret !== undefined) checkSecret(settings, settings.secret, report);
  for (const { path, message } of addressConflicts(settings)) report(path, message);
  const set = headersSet(settings, contract, options.data, report);
  const reserved = renamedNames(settings, set, report);
  for (const name of Object.keys(settings.headers)) {
    if (reserved.has(name.toLowerCase()) || isTransportHeader(name)) {
      report(['headers', name], 'is set by Posthorn and cannot be replaced');
    }
  }
  if (!faulty.has('headers') && !faulty.has('authentication')) checkCovered(settings, report);
  checkAuthentication(settings, reserved, report);
}

function checkSignatures({ ownSignature, signatures }: GivenSettings, report: Report): void {
  if (!ownSignature && signatures.length === 0) {
    report(['ownSignature'], 'may be false only if signatures has at least one entry');
  }
}

/** A chat reads a message and nothing beside it, and shows no more than that. */
function checkChat(
  { contract, secret, signatures, encryption, method }: GivenSettings,
  report: Report,
): void {
  const chat = `a chat (${contract})`;
  if (secret !== undefined) report(['secret'], `cannot be given: of ${chat} the URL is the secret`);
  if (signatures.length > 0) report(['signatures'], `must be empty: ${chat} verifies none`);
  if (encryption !== undefined) report(['encryption'], `cannot be set: ${chat} opens nothing`);
  if (method !== 'POST') report(['method'], `must be POST: ${chat} takes nothing else`);
}

/** Whether a secret, given or made, goes with an endpoint's settings. */
export function checkSecret(
  {
    contract,
    signatures = [],
  }: { readonly contract: string; readonly signatures?: readonly ExtraSignature[] },
  secret: string,
  report: Report,
): void {
  const schemes = [contract, ...signatures.map(({ scheme }) => scheme)];
  if (isAsymmetric(secret)) {
    const extra = signatures.findIndex(usesSecret);
    if (contract !== 'standard-webhooks') {
      report(['secret'], 'may be a whsk_ key for the contract standard-webhooks only');
    } else if (extra >= 0) {
      report(
        ['signatures', extra, 'scheme'],
        'needs a shared secret, and the secret is a whsk_ key',
      );
    }
  } else if (isStandardSecret(secret)) {
    const asText = schemes.find((scheme) => TEXT_SCHEMES.has(scheme));
    if (asText !== undefined && !schemes.includes('standard-webhooks')) {
      report(['secret'], `must not begin with whsec_: receivers of ${asText} use it as text`);
    }
  } else if (contract === 'standard-webhooks') {
    report(
      ['secret'],
      'must be whsec_ and base64, or a whsk_ key: receivers of standard-webhooks take nothing else',
    );
  }
}

/** Their receivers use the secret's characters as the key. */
export const TEXT_SCHEMES: ReadonlySet<string> = new Set(['kyc-hmac', 'bronid', 'idnow']);

const usesSecret = (extra: ExtraSignature): boolean =>
  extra.scheme === 'http-message' ? extra.algorithm === 'hmac-sha256' : extra.scheme !== 'v1a';

/** The names that the contract, further signatures and timing set, in lower case, before renaming. */
function headersSet(
  { signatures, timingHeaders }: GivenSettings,
  contract: Contract,
  options: unknown,
  report: Report,
): Set<string> {
  const set = new Set(contract.headerNames(options));
  const schemes = new Set<string>([contract.name]);
  for (const [index, extra] of signatures.entries()) {
    const names = headerNamesOf(extra);
    const isShared = extra.scheme === 'v1a' || extra.scheme === 'standard-webhooks';
    const clash = names.find((name) => set.has(name) && !(isShared && schemes.has(family(extra))));
    const path = ['signatures', index, 'scheme'];
    if (extra.scheme === contract.name) report(path, 'is already the contract’s own signature');
    else if (clash !== undefined) report(path, `sets ${clash}, which is already set`);
    schemes.add(extra.scheme).add(family(extra));
    for (const name of names) set.add(name);
  }
  if (timingHeaders) for (const name of TIMING_HEADERS) set.add(name.toLowerCase());
  return set;
}

/** `v1a` is one more signature among those of Standard Webhooks. */
const family = ({ scheme }: ExtraSignature): string =>
  scheme === 'v1a' ? 'standard-webhooks' : scheme;

/** All names that custom headers may not take: those set, and those they are renamed to. */
function renamedNames(
  { renameHeaders }: GivenSettings,
  set: ReadonlySet<string>,
  report: Report,
): Set<string> {
  const reserved = new Set(set);
  const fixed = new Set(['content-digest', 'signature', 'signature-input']);
  const seen = new Set<string>();
  for (const [from, to] of Object.entries(renameHeaders)) {
    const old = from.toLowerCase();
    const path = ['renameHeaders', from];
    if (fixed.has(old)) report(path, 'has its name from RFC 9421 and cannot be renamed');
    else if (!set.has(old))
      report(path, 'is not a header that this endpoint’s contract or settings set');
    if (seen.has(old)) report(path, 'is already listed in another spelling');
    seen.add(old);
    const lower = to.toLowerCase();
    if (lower !== old && reserved.has(lower)) report(path, `leads to ${to}, which is already set`);
    reserved.add(lower);
  }
  return reserved;
}

/** Message signatures cover custom and authentication headers only if there are such. */
function checkCovered(
  { signatures, headers, authentication }: GivenSettings,
  report: Report,
): void {
  const sent = [...Object.keys(headers), ...authentication.map((one) => headerOf(one)[0])];
  const names = new Set(sent.map((name) => name.toLowerCase()));
  for (const [index, extra] of signatures.entries()) {
    if (extra.scheme !== 'http-message') continue;
    for (const name of extra.headers) {
      if (names.has(name.toLowerCase())) continue;
      const path = ['signatures', index, 'headers'];
      report(path, `names ${name}, which is in neither headers nor authentication`);
    }
  }
}

function checkAuthentication(
  { headers, authentication }: GivenSettings,
  reserved: ReadonlySet<string>,
  report: Report,
): void {
  const taken = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  for (const [index, given] of authentication.entries()) {
    const name = headerOf(given)[0].toLowerCase();
    const path = ['authentication', index, ...(given.type === 'header' ? ['name'] : [])];
    if (reserved.has(name)) report(path, `sets ${name}, which Posthorn sets itself`);
    else if (taken.has(name)) report(path, `sets ${name}, which is already set`);
    taken.add(name);
  }
}
