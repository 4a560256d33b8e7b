// Forms a request as dispatch does, without a network: what arrives, if nothing touches it on the way.
import { encryptBody } from '../../../lambdas/adapters/on-demand/jwe.ts';
import { type ContractName, contractOf } from '../../../lambdas/core/contracts/all.ts';
import type {
  Contract,
  DeliveryFacts,
  FormedRequest,
} from '../../../lambdas/core/contracts/contract.ts';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import type { Headers } from '../../../lambdas/core/headers/names.ts';
import { composeRequest } from '../../../lambdas/core/requests/compose.ts';
import type { SigningMoment } from '../../../lambdas/core/signing/moment.ts';
import { aDelivery, aMoment } from '../../builders/contracts.ts';
import { anEndpoint, urlOf } from '../../builders/endpoints.ts';
import type { Received } from './independent-verifiers.ts';

export interface Wish {
  readonly event?: Event;
  readonly options?: Record<string, unknown>;
  readonly endpoint?: Partial<Endpoint> & { readonly url?: string };
  readonly facts?: Partial<DeliveryFacts>;
  readonly moment?: Partial<SigningMoment>;
  readonly attempt?: number;
  readonly nonce?: string;
  readonly authentication?: Headers;
}

export function endpointOf(
  contract: ContractName,
  options: Record<string, unknown> = {},
  changes: Wish['endpoint'] = {},
): Endpoint {
  return anEndpoint({
    url: 'https://receiver.example.com/hooks/1?a=b',
    contract,
    contractOptions: contractOf(contract).optionsSchema.parse(options),
    ...changes,
  });
}

export function tryForm(contract: ContractName, wish: Wish = {}) {
  const endpoint = endpointOf(contract, wish.options, wish.endpoint);
  return composeRequest({
    endpoint,
    target: { kind: 'http', url: urlOf(endpoint), method: endpoint.method },
    facts: aDelivery({ ...(wish.event ? { event: wish.event } : {}), ...wish.facts }),
    moment: aMoment(wish.moment),
    attempt: wish.attempt ?? 1,
    nonce: wish.nonce ?? 'bm9uY2U',
    authentication: wish.authentication ?? [],
    encrypt: encryptBody,
  });
}

export async function form(contract: ContractName, wish: Wish = {}): Promise<Received> {
  const formed = await tryForm(contract, wish);
  if (formed.kind !== 'formed') throw new Error(formed.reason);
  const endpoint = endpointOf(contract, wish.options, wish.endpoint);
  const [method, url] = [endpoint.method, urlOf(endpoint)];
  return { method, url, rawHeaders: formed.headers, body: formed.body };
}

/** The same delivery with something else in one header. */
export function withHeader(received: Received, name: string, value: string): Received {
  const rawHeaders = received.rawHeaders.map(([key, old]) =>
    key.toLowerCase() === name.toLowerCase() ? ([key, value] as const) : ([key, old] as const),
  );
  return { ...received, rawHeaders };
}

export function withFlippedByte(received: Received, at: number, flip: number): Received {
  const body = Buffer.from(received.body);
  body[at] = (body[at] ?? 0) ^ flip;
  return { ...received, body };
}

/** A contract's whole request but for what the endpoint's own settings add. */
export async function formWith<Options>(
  contract: Contract<Options>,
  facts: DeliveryFacts,
  options: Options,
  moment: SigningMoment,
): Promise<FormedRequest> {
  const shaped = await contract.shape(facts, options, moment);
  if (shaped.kind === 'unshapeable') return shaped;
  const headers = [
    ...contract.identify(facts, moment),
    ...(await contract.sign(shaped.body, facts, options, moment)),
    ...contract.describe(facts, options),
  ];
  return { kind: 'formed', headers, body: shaped.body };
}
