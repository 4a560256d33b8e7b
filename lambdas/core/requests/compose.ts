// From an event and its endpoint to the one signed request of an attempt: the contract's body and
// headers, and what the endpoint's settings add to them.

import { contractOf } from '../contracts/all.ts';
import type { DeliveryFacts, FormedRequest, ShapedBody } from '../contracts/contract.ts';
import { joined, signExtra } from '../contracts/further-signatures.ts';
import type { Target } from '../destinations/kind.ts';
import { type BodyEncryption, ENCRYPTED_TYPE } from '../endpoints/body-encryption.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { challengeBody } from '../endpoints/verification.ts';
import type { Headers } from '../headers/names.ts';
import { renamed } from '../headers/names.ts';
import { timingHeaders } from '../headers/timing.ts';
import { signMessage } from '../signing/http-message.ts';
import type { SigningMoment } from '../signing/moment.ts';

const USER_AGENT = 'Posthorn/0.1';

interface Composition {
  readonly endpoint: Endpoint;
  readonly target: Target;
  readonly facts: DeliveryFacts;
  readonly moment: SigningMoment;
  /** Counted from 1 over all runs of the delivery. */
  readonly attempt: number;
  /** New for each attempt: the nonce of HTTP message signatures. */
  readonly nonce: string;
  /** Trace context: not signed, since intermediaries may change it. */
  readonly trace?: Headers;
  /** Opened authentication headers. */
  readonly authentication: Headers;
  /** What the receiver is to echo, instead of the event. */
  readonly challenge?: string | undefined;
  /** Undefined where the endpoint’s key cannot be used. */
  readonly encrypt: (body: Buffer, setting: BodyEncryption) => Promise<Buffer | undefined>;
}

export async function composeRequest(composition: Composition): Promise<FormedRequest> {
  const { endpoint, facts, moment } = composition;
  const contract = contractOf(endpoint.contract);
  const options = endpoint.contractOptions;
  const shaped =
    composition.challenge === undefined
      ? await contract.shape(facts, options, moment)
      : challenged(composition, composition.challenge);
  if (shaped.kind === 'unshapeable') return shaped;
  const { encryption } = endpoint;
  const body = encryption ? await composition.encrypt(shaped.body, encryption) : shaped.body;
  if (!body)
    return { kind: 'unshapeable', reason: 'Nothing can be encrypted to the endpoint’s key.' };

  const own: Headers = [
    ...contract.identify(facts, moment),
    ...(moment.ownSignature ? await contract.sign(body, facts, options, moment) : []),
    ...contract.describe(facts, options),
  ];
  const further: Headers[] = [];
  for (const extra of endpoint.signatures ?? []) {
    if (extra.scheme !== 'http-message') further.push(await signExtra(extra, body, facts, moment));
  }
  const timing = endpoint.timingHeaders
    ? timingHeaders(facts.event.acceptedAtMs, composition.attempt, moment.nowMs)
    : [];
  const ours = renamed(joined([...own, ...further.flat(), ...timing]), endpoint.renameHeaders);
  const custom: Headers = [...Object.entries(endpoint.headers), ...composition.authentication];
  const basics: Headers = [
    ['Content-Type', encryption ? ENCRYPTED_TYPE : 'application/json'],
    ['User-Agent', USER_AGENT],
  ];
  const headers = [
    ...layered(ours, custom, basics, traceBeside([...ours, ...custom], composition.trace)),
    ...messageSignature(composition, body, ours, custom, basics),
  ];
  return { kind: 'formed', headers, body };
}

/** The same body for every contract; a contract that signs in the body does so here as well. */
function challenged({ endpoint, facts, moment }: Composition, challenge: string): ShapedBody {
  const contract = contractOf(endpoint.contract);
  const text = challengeBody(challenge);
  const signed = contract.signInBody?.(text, facts, endpoint.contractOptions, moment) ?? text;
  return { kind: 'shaped', body: Buffer.from(signed, 'utf8') };
}

/** Covers all that Posthorn sets (the contract's headers, the content type), and what was chosen. */
function messageSignature(
  { endpoint, target, moment, nonce }: Composition,
  body: Buffer,
  ours: Headers,
  custom: Headers,
  basics: Headers,
): Headers {
  const setting = endpoint.signatures?.find((extra) => extra.scheme === 'http-message');
  if (!setting) return [];
  const chosen = new Set(setting.headers.map((name) => name.toLowerCase()));
  const covered = [
    ...basics.filter(([name]) => name === 'Content-Type'),
    ...ours,
    ...custom.filter(([name]) => chosen.has(name.toLowerCase())),
  ];
  const { origin, pathname, search } = new URL(target.url);
  const message = { method: target.method, url: `${origin}${pathname}${search}`, body, covered };
  return signMessage(message, setting, moment, nonce);
}

/** Both or neither: an endpoint's own `traceparent` is another trace. */
function traceBeside(others: Headers, trace: Headers = []): Headers {
  const isTaken = others.some(([name]) => /^(traceparent|tracestate)$/i.test(name));
  return isTaken ? [] : trace;
}

/** Headers of earlier layers win, whatever the spelling of later ones. */
function layered(...layers: readonly Headers[]): Headers {
  const headers = new Map<string, readonly [string, string]>();
  for (const header of layers.flat()) {
    const name = header[0].toLowerCase();
    if (!headers.has(name)) headers.set(name, header);
  }
  return [...headers.values()];
}
