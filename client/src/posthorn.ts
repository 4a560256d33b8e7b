// The client: one object for one service and key.
import type { AnyEvents, EventMap, Jwks } from './models.ts';
import { Analytics } from './resources/analytics.ts';
import { DeadLetters } from './resources/dead-letters.ts';
import { Deliveries } from './resources/deliveries.ts';
import { Endpoints } from './resources/endpoints.ts';
import { EventTypes } from './resources/event-types.ts';
import { Events } from './resources/events.ts';
import { Keys } from './resources/keys.ts';
import { Notices } from './resources/notices.ts';
import { Replays } from './resources/replays.ts';
import { RoutingRules } from './resources/routing-rules.ts';
import { Sessions } from './resources/sessions.ts';
import { Templates } from './resources/templates.ts';
import { Tenants } from './resources/tenants.ts';
import { Transforms } from './resources/transforms.ts';
import { type Api, answerOf, type Call, type PosthornOptions, Transport } from './transport.ts';

/** @typeParam M the data of each type of event: see `EventMap` */
export class Posthorn<M extends EventMap<M> = AnyEvents> {
  readonly events: Events<M>;
  readonly endpoints: Endpoints;
  readonly deliveries: Deliveries;
  readonly replays: Replays;
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly tenants: Tenants;
  readonly eventTypes: EventTypes;
  readonly routingRules: RoutingRules;
  readonly notices: Notices;
  readonly templates: Templates;
  readonly transforms: Transforms;
  readonly deadLetters: DeadLetters;
  readonly analytics: Analytics;
  /** Every operation of the OpenAPI document, by method and path, with the same retries. */
  readonly api: Api;
  readonly #transport: Transport;
  readonly #options: PosthornOptions;

  constructor(options: PosthornOptions) {
    const transport = new Transport(options);
    const { api } = transport;
    this.#options = options;
    this.#transport = transport;
    this.api = api;
    this.events = new Events<M>(api);
    this.endpoints = new Endpoints(api);
    this.deliveries = new Deliveries(api);
    this.replays = new Replays(api);
    this.keys = new Keys(api);
    this.sessions = new Sessions(api);
    this.tenants = new Tenants(api);
    this.eventTypes = new EventTypes(api);
    this.routingRules = new RoutingRules(api);
    this.notices = new Notices(api);
    this.templates = new Templates(api);
    this.transforms = new Transforms(api);
    this.deadLetters = new DeadLetters(api);
    this.analytics = new Analytics(api);
  }

  /** The same service and operator's key, for another tenant. */
  forTenant(tenant: string, environment?: 'live' | 'test'): Posthorn<M> {
    return new Posthorn<M>({ ...this.#options, tenant, environment });
  }

  /** The keys that are published: a tenant's in its environment, or else the stack's. */
  jwks(owner?: { readonly tenant: string; readonly environment: 'live' | 'test' }): Promise<Jwks> {
    if (!owner) return answerOf(this.api.GET('/.well-known/jwks.json'));
    const path = '/.well-known/{tenant}/{environment}/jwks.json';
    return answerOf(this.api.GET(path, { params: { path: owner } }));
  }

  /** Any route by its path. @throws PosthornError */
  call(method: string, path: string, call: Call = {}): Promise<unknown> {
    return this.#transport.call(method, path, call);
  }
}
