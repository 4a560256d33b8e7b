// /v1/endpoints/{id}/secret and /rotate-secret: what an endpoint's deliveries are signed with.
import { z } from 'zod';
import { isAsymmetric, publicSecretOf } from '../core/asymmetric-secret.ts';
import { contractOf } from '../core/contracts/all.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { givenSecretSchema, maskSecret, SECRET_BYTES } from '../core/endpoint-secret.ts';
import type { Registry, Secrets, Surroundings } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import { seal, unseal } from '../core/sealing.ts';
import { secretPlace } from '../core/sealing-places.ts';
import { overlapSchema } from '../core/signing-key-input.ts';
import type { Application } from '../http/application.ts';
import { type AppContext, type Authentication, requireScope } from '../http/authentication.ts';
import { parseBodyOrNothing, refused } from '../http/body.ts';

export const NONCE_BYTES = 12;
/** Secrets that sign at the same time: each is a signature in one header. */
const MAX_SECRETS = 5;

const rotationSchema = z.strictObject({
  overlapSeconds: overlapSchema,
  /** One that is brought along instead of a new one. */
  secret: givenSecretSchema.optional(),
});

export interface EndpointSecretPorts {
  readonly registry: Pick<Registry, 'replaceEndpoint'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly surroundings: Surroundings;
}

export function addEndpointSecretRoutes(
  app: Application,
  { authenticate }: Authentication,
  ports: EndpointSecretPorts,
  find: (c: AppContext) => Promise<Endpoint>,
): void {
  const { registry, surroundings } = ports;

  app.get('/v1/endpoints/:id/secret', authenticate, async (c) => {
    requireScope(c, 'secrets:read');
    const endpoint = await find(c);
    const key = await ports.secrets.sealingKey(endpoint.sealedSecrets);
    const [newest = ''] = endpoint.sealedSecrets;
    return c.json(secretView(endpoint, unseal(key, secretPlace(endpoint), newest)));
  });

  app.post('/v1/endpoints/:id/rotate-secret', authenticate, async (c) => {
    requireScope(c, 'secrets:write');
    const endpoint = await find(c);
    const input = await parseBodyOrNothing(c, rotationSchema);
    const nowMs = surroundings.now();
    const contract = contractOf(endpoint.contract);
    const secret =
      input.secret ??
      contract.createSecret(surroundings.random(SECRET_BYTES), endpoint.contractOptions);
    if (isAsymmetric(secret) && contract.name !== 'standard-webhooks') {
      const message = 'may be a whsk_ key for the contract standard-webhooks only';
      throw refused([{ path: '/secret', message }]);
    }
    const key = await ports.secrets.sealingKey();
    const sealed = seal(key, secretPlace(endpoint), secret, surroundings.random(NONCE_BYTES));
    const rotated = withSecret(endpoint, sealed, secret, input.overlapSeconds, nowMs);
    if (!(await registry.replaceEndpoint(endpoint, rotated))) {
      throw new Problem(409, 'The endpoint was changed in the meantime: try again.');
    }
    return c.json(secretView(rotated, secret));
  });
}

/** An endpoint with a new secret; those before it sign on until the overlap ends, at most. */
function withSecret(
  endpoint: Endpoint,
  sealed: string,
  secret: string,
  overlapSeconds: number,
  nowMs: number,
): Endpoint {
  const untilMs = nowMs + overlapSeconds * 1000;
  const before = [
    ...endpoint.sealedSecrets.map((one) => ({ sealed: one, untilMs })),
    ...(endpoint.retiringSecrets ?? []).map((one) => ({
      ...one,
      untilMs: Math.min(one.untilMs, untilMs),
    })),
  ];
  const retiringSecrets = before.filter((one) => one.untilMs > nowMs);
  if (retiringSecrets.length >= MAX_SECRETS) {
    throw new Problem(
      409,
      `${MAX_SECRETS} secrets sign already: wait for an overlap to end, or rotate with overlapSeconds 0.`,
    );
  }
  const { version } = endpoint;
  const maskedSecret = maskSecret(secret);
  return {
    ...endpoint,
    sealedSecrets: [sealed],
    retiringSecrets,
    maskedSecret,
    version: version + 1,
  };
}

/** Of an asymmetric key only what receivers verify with: the private half stays here. */
function secretView({ retiringSecrets }: Endpoint, secret: string) {
  const shown = isAsymmetric(secret) ? publicSecretOf(secret) : secret;
  const latest = Math.max(0, ...(retiringSecrets ?? []).map(({ untilMs }) => untilMs));
  return {
    secret: shown,
    previousValidUntil: latest === 0 ? null : new Date(latest).toISOString(),
  };
}
