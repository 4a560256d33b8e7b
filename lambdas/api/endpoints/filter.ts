// Which endpoints a request about many of them means.
import * as z from 'zod';
import { CONTRACT_NAMES } from '../../core/contracts/all.ts';
import { kindOf } from '../../core/destinations/destination.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { channelSchema, eventTypeSchema } from '../../core/events/event.ts';
import { isId } from '../../core/identifiers.ts';
import type { Scope } from '../../core/scope.ts';
import { matchesSubscription } from '../../core/subscriptions/matching.ts';
import type { Templates } from '../../core/templates/store.ts';
import { refused } from '../../http/body.ts';
import { findTemplate } from '../templates/lookup.ts';

const MAX_IDS = 100;
const PAGE = 100;

/** All that is given must hold; `{}` means every endpoint. */
export const endpointFilterSchema = z
  .strictObject({
    ids: z.array(z.string().max(100)).min(1).max(MAX_IDS).optional(),
    contract: z.enum(CONTRACT_NAMES).optional(),
    template: z.string().max(100).optional().meta({ description: 'The template’s id or name.' }),
    urlHost: z.string().min(1).max(253).optional().meta({ example: 'hooks.acme.io' }),
    eventType: eventTypeSchema
      .optional()
      .meta({ description: 'Only endpoints whose patterns match this event type.' }),
    channel: channelSchema
      .optional()
      .meta({ description: 'Only endpoints that are bound to this channel.' }),
  })
  .meta({ id: 'EndpointFilter' });
type EndpointFilter = z.infer<typeof endpointFilterSchema>;

export interface FilterPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoints' | 'listEndpoints'>;
  readonly templates: Pick<Templates, 'getTemplate' | 'listTemplates'>;
}

/** Those that are meant, by id, from after the cursor on. @throws Problem 422 */
export async function* endpointsMeant(
  ports: FilterPorts,
  scope: Scope,
  filter: EndpointFilter,
  cursor?: string,
): AsyncGenerator<Endpoint> {
  const isMeant = await meaningOf(ports, scope, filter);
  if (filter.ids) {
    const refs = filter.ids.filter((id) => isId('ep', id)).map((id) => ({ ...scope, id }));
    const found = [...(await ports.registry.getEndpoints(refs)).values()];
    for (const endpoint of found.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      const isAhead = cursor === undefined || endpoint.id > cursor;
      if (isAhead && endpoint.deletedAtMs === undefined && isMeant(endpoint)) yield endpoint;
    }
    return;
  }
  let after = cursor;
  do {
    const page = await ports.registry.listEndpoints(scope, PAGE, after);
    for (const endpoint of page.entries) if (isMeant(endpoint)) yield endpoint;
    after = page.next;
  } while (after !== undefined);
}

async function meaningOf(
  ports: FilterPorts,
  scope: Scope,
  filter: EndpointFilter,
): Promise<(endpoint: Endpoint) => boolean> {
  const { contract, urlHost, eventType, channel } = filter;
  const template =
    filter.template === undefined
      ? undefined
      : await findTemplate(ports.templates, scope, filter.template);
  if (typeof template === 'string') {
    throw refused([{ path: '/filter/template', message: template }]);
  }
  return (endpoint) =>
    (contract === undefined || endpoint.contract === contract) &&
    (template === undefined || endpoint.template === template.id) &&
    (urlHost === undefined || hostnamesOf(endpoint).includes(urlHost.toLowerCase())) &&
    (channel === undefined || endpoint.channels.includes(channel)) &&
    (eventType === undefined ||
      matchesSubscription(
        { eventTypes: endpoint.eventTypes, channels: [] },
        { type: eventType, channels: [] },
      ));
}

/** Without their ports. */
function hostnamesOf({ destination }: Endpoint): string[] {
  const hosts = kindOf(destination).hosts(destination);
  return hosts.flatMap((host) => URL.parse(`https://${host}`)?.hostname ?? []);
}
