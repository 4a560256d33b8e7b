// An event as its endpoints receive it: what a session for certain endpoints sees in the place of the posted data, which
// may hold what a contract leaves out and what is encrypted on its way.
import * as z from 'zod';
import type { Transformer } from '../../adapters/transformer.ts';
import { contractOf } from '../../core/contracts/all.ts';
import type { NoticeWords } from '../../core/contracts/messages/words.ts';
import { type Delivery, nothingSent } from '../../core/deliveries/delivery.ts';
import type { DeliveryRecords } from '../../core/deliveries/ledger.ts';
import { ENCRYPTED_TYPE } from '../../core/endpoints/body-encryption.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { isReadByPeople } from '../../core/endpoints/incoming-webhook.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { type Event, isRedacted } from '../../core/events/event.ts';
import type { StoredEvent } from '../../core/events/ledger.ts';
import { deliveryIdOf, idempotencyKeyOf } from '../../core/identifiers.ts';
import type { NoticeSettingsStore } from '../../core/notices/settings.ts';
import type { Scope } from '../../core/scope.ts';
import type { TenantStore } from '../../core/tenants/store.ts';
import { boundVersion } from '../../core/transforms/transform.ts';
import { MAX_PAGE_BYTES } from '../listing/filtered-page.ts';
import { EXAMPLE, idOf } from '../schemas.ts';

const REASONS = ['encrypted', 'unshapeable', 'redacted', 'deleted', 'too_large'] as const;

export const composedSchema = z
  .strictObject({
    endpoint: idOf('ep'),
    contentType: z.string(),
    body: z.string().nullable().meta({
      description:
        'The text of the body, without a signature or a time of sending that it may hold.',
    }),
    missing: z.enum(REASONS).nullable().meta({ description: 'Why there is no body.' }),
  })
  .meta({
    id: 'ComposedEvent',
    example: {
      endpoint: `ep_${EXAMPLE.suffix}`,
      contentType: 'application/json',
      body: '{"type":"dossier.created","timestamp":"2026-01-31T09:30:00.000Z","data":{"dossier":"d-1"}}',
      missing: null,
    },
  });
type Composed = z.infer<typeof composedSchema>;

interface ComposingPorts {
  readonly ledger: Pick<DeliveryRecords, 'getDeliveries'>;
  readonly registry: Pick<EndpointStore, 'getEndpoints'> &
    Pick<TenantStore, 'getTenant'> &
    Pick<NoticeSettingsStore, 'getNoticeSettings'>;
  readonly transform: Transformer;
  /** The page that messages in chats link to. */
  readonly portal: string | undefined;
}

/** For each of the event's targets. */
export async function composedFor(
  { ledger, registry, transform, portal }: ComposingPorts,
  scope: Scope,
  { event, targets, transformed }: StoredEvent,
): Promise<Composed[]> {
  const refs = targets.map((endpointId) => ({ ...scope, eventId: event.id, endpointId }));
  const endpoints = await registry.getEndpoints(targets.map((id) => ({ ...scope, id })));
  const deliveries = await ledger.getDeliveries(refs);
  const tenantName = (await registry.getTenant(scope.tenant))?.name ?? scope.tenant;
  const isRead = [...endpoints.values()].some(({ contract }) => isReadByPeople(contract));
  const noticeWords = isRead ? (await registry.getNoticeSettings(scope))?.words : undefined;
  const composed: Composed[] = [];
  let bytes = 0;
  for (const id of targets) {
    const delivery = deliveries.get(deliveryIdOf(event.id, id));
    const one = await composedOf(transform, event, id, {
      endpoint: endpoints.get(id),
      // As dispatch decides, where older code did not note it.
      isTransformed: transformed?.includes(id) ?? nothingSent(delivery),
      delivery,
      tenantName,
      portal,
      noticeWords,
    });
    bytes += Buffer.byteLength(one.body ?? '');
    composed.push(bytes > MAX_PAGE_BYTES ? { ...one, body: null, missing: 'too_large' } : one);
  }
  return composed;
}

interface Target {
  readonly endpoint: Endpoint | undefined;
  readonly isTransformed: boolean;
  readonly delivery: Delivery | undefined;
  readonly tenantName: string;
  readonly portal: string | undefined;
  readonly noticeWords: NoticeWords | undefined;
}

async function composedOf(
  transform: Transformer,
  event: Event,
  id: string,
  { endpoint, isTransformed, delivery, tenantName, portal, noticeWords }: Target,
): Promise<Composed> {
  const contentType = endpoint?.encryption ? ENCRYPTED_TYPE : 'application/json';
  const none = (missing: Composed['missing']) => ({
    endpoint: id,
    contentType,
    body: null,
    missing,
  });
  if (!endpoint || endpoint.deletedAtMs !== undefined) return none('deleted');
  if (isRedacted(event)) return none('redacted');
  if (endpoint.encryption) return none('encrypted');
  const idempotencyKey = idempotencyKeyOf(deliveryIdOf(event.id, id));
  const { signingKey, token = idempotencyKey } = endpoint;
  const version = versionFor(endpoint, isTransformed, delivery);
  const shown = version === undefined ? event : await transform(endpoint, version, event);
  if ('reason' in shown) return none('unshapeable');
  const shaped = await contractOf(endpoint.contract).shape(
    {
      ...{ event: shown, tenantName, idempotencyKey, token, issuer: '', portal, signingKey },
      noticeWords,
    },
    endpoint.contractOptions,
    // No signature, so nothing to sign with.
    { nowMs: event.acceptedAtMs, secrets: [''], jti: '', keys: {}, ownSignature: false },
  );
  if (shaped.kind === 'unshapeable') return none(shaped.kind);
  return { endpoint: id, contentType, body: shaped.body.toString('utf8'), missing: null };
}

/** A delivery keeps what it was bound to before its first request, whatever the endpoint has by now. */
function versionFor(
  endpoint: Endpoint,
  isTransformed: boolean,
  delivery: Pick<Delivery, 'transformVersion'> | undefined,
): string | undefined {
  if (delivery?.transformVersion !== undefined) return boundVersion(delivery);
  return isTransformed ? endpoint.transform?.version : undefined;
}
