// Background cleanups: an event is redacted once more, and a deleted tenant's data is removed page by page. The
// progress is written to the registry after each page: after a crash the message comes back and continues there.
import type { CleanupMessage, CleanupQueue } from '../core/erasure/message.ts';
import { redactEvent } from '../core/erasure/redaction.ts';
import { type ErasurePorts, eraseOn, startsAtMs } from '../core/erasure/tenant.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { TenantStore } from '../core/tenants/store.ts';
import { sliceFrom } from './work-off.ts';

/** Another message works on the same tenant, or its function died: the tenant is checked again after this long. */
const WATCH_SECONDS = 30;
const MAX_DELAY_SECONDS = 900;

export interface CleanupPorts extends ErasurePorts {
  readonly registry: ErasurePorts['registry'] &
    Pick<TenantStore, 'getTenant' | 'markTenantDeleted' | 'replaceTenant'>;
  readonly queues: CleanupQueue;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

/** @param remainingMs how long the invocation may still take */
export async function cleanUp(
  ports: CleanupPorts,
  message: CleanupMessage,
  remainingMs: () => number,
): Promise<void> {
  switch (message.kind) {
    case 'redaction':
      await redactEvent(ports, message, ports.surroundings.now());
      return;
    case 'erasure':
      return erase(ports, message.tenant, sliceFrom(ports.surroundings, remainingMs));
    default:
      message satisfies never;
  }
}

async function erase(ports: CleanupPorts, id: string, isOutOfTime: () => boolean): Promise<void> {
  let tenant = await ports.registry.getTenant(id);
  // Whoever marked it may have died before fan-out was told.
  if (tenant?.erasure?.at) await ports.registry.markTenantDeleted(id, ports.surroundings.now());
  while (tenant?.erasure?.at) {
    const { erasure } = tenant;
    const { at } = tenant.erasure;
    const nowMs = ports.surroundings.now();
    const waitMs = startsAtMs(tenant, at) - nowMs;
    if (waitMs > 0) return send(ports, id, Math.ceil(waitMs / 1000));
    const after = await eraseOn(ports, tenant, erasure, at, nowMs);
    if (!(await ports.registry.replaceTenant(tenant, after))) return send(ports, id, WATCH_SECONDS);
    tenant = after;
    if (tenant.erasure?.at && isOutOfTime()) return send(ports, id, 0);
  }
}

async function send({ queues }: CleanupPorts, tenant: string, seconds: number): Promise<void> {
  const delaySeconds = Math.min(seconds, MAX_DELAY_SECONDS);
  const cleanup = { kind: 'erasure', tenant } as const;
  const refused = await queues.sendCleanups([{ cleanup, delaySeconds }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}
