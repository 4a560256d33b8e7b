// /v1/routing-rules: a tenant’s rules, read and replaced as a whole, since their order matters.
import * as z from 'zod';
import {
  MAX_RULES,
  type RoutingStore,
  routingRuleSchema,
  routingRulesSchema,
} from '../../core/subscriptions/routing.ts';
import { operation, type Serve } from '../../http/operation.ts';
import {
  matchHeader,
  overtaken,
  requireMatch,
  STALE,
  taggedByContent,
  tagHeader,
} from '../entity-tag.ts';

const listSchema = z.strictObject({ rules: z.array(routingRuleSchema) }).meta({
  id: 'RoutingRules',
  example: {
    rules: [{ when: { country: ['DE', 'AT'] }, set: { channels: ['region:eu'] }, stop: true }],
  },
});

export const getRoutingRules = operation({
  id: 'getRoutingRules',
  method: 'get',
  path: '/v1/routing-rules',
  tag: 'Endpoints',
  summary: 'Read the routing rules',
  access: 'endpoints:read',
  session: 'refused',
  replies: {
    200: {
      description: 'The rules, in the order in which they are judged.',
      schema: listSchema,
      headers: tagHeader,
    },
  },
});

export const putRoutingRules = operation({
  id: 'putRoutingRules',
  method: 'put',
  path: '/v1/routing-rules',
  tag: 'Endpoints',
  summary: 'Replace the routing rules',
  description: `At most ${MAX_RULES}. The rules are judged in their order, for every event that is accepted after the response. A rule whose filter matches the event’s data sets the event’s channels, instead of those that it was posted with or that an earlier rule set. Endpoints are matched by the channels that result.`,
  access: 'endpoints:write',
  session: 'refused',
  headers: matchHeader,
  body: z.strictObject({ rules: routingRulesSchema }).meta({ id: 'RoutingRulesInput' }),
  bodyExample: {
    rules: [{ when: { country: ['DE', 'AT'] }, set: { channels: ['region:eu'] }, stop: true }],
  },
  replies: { 200: { description: 'Replaced.', schema: listSchema, headers: tagHeader } },
  problems: { 409: 'They were changed in the meantime.', 412: STALE },
});

interface RoutingPorts {
  readonly registry: RoutingStore;
}

export function addRoutingRoutes(serve: Serve, { registry }: RoutingPorts): void {
  serve(getRoutingRules, async ({ scope, reply }) => {
    const rules = [...(await registry.getRoutingRules(scope))];
    return reply(200, { rules }, taggedByContent(rules));
  });

  serve(putRoutingRules, async ({ c, scope, body, reply }) => {
    const before = await registry.getRoutingRules(scope);
    requireMatch(c, taggedByContent(before));
    const isDone = await registry.replaceRoutingRules(scope, before, body.rules);
    if (!isDone) throw overtaken(c);
    return reply(200, body, taggedByContent(body.rules));
  });
}
