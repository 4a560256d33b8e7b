// /v1/endpoints/{id}/secret and /rotate-secret: what an endpoint's deliveries are signed with.
import * as z from 'zod';
import { contractOf } from '../../core/contracts/all.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { secretNumbersOf } from '../../core/endpoints/secret-numbers.ts';
import { checkSecret } from '../../core/endpoints/settings/together.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { Problem } from '../../core/problem.ts';
import { secretPlace } from '../../core/sealing/places.ts';
import { NONCE_BYTES, seal, unseal } from '../../core/sealing/seal.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import { isAsymmetric, publicSecretOf } from '../../core/signing/asymmetric-secret.ts';
import { labelOf, secretId } from '../../core/signing/http-message.ts';
import { overlapSchema } from '../../core/signing/key-input.ts';
import { givenSecretSchema, maskSecret, SECRET_BYTES } from '../../core/signing/secret.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { refused } from '../../http/body.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { matchHeader, overtaken, requireMatch, STALE, tagged, tagHeader } from '../entity-tag.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { idParams, timeSchema } from '../schemas.ts';

/** Secrets that sign at the same time: each is a signature in one header. */
const MAX_SECRETS = 5;

const URL_IS_SECRET =
  'Of a chat the URL is the secret: have the chat make another, and change the URL.';

const NO_SECRET =
  'Nothing is signed for recipients of mails: there is no secret to see or to change.';

const rotationSchema = z.strictObject({
  overlapSeconds: overlapSchema,
  /** One that is brought along instead of a new one. */
  secret: givenSecretSchema.optional(),
});

const secretSchema = z
  .strictObject({
    secret: z.string().meta({
      description:
        'The secret; for an asymmetric key, its public half (`whpk_...`); for a chat, its URL.',
    }),
    previousValidUntil: timeSchema.nullable().meta({
      description: 'When the previous secrets stop signing.',
    }),
    keyId: z.string().optional().meta({
      description: 'Its `keyid` in HTTP message signatures, where it makes one.',
    }),
    label: z.string().optional().meta({
      description: 'The label of its HTTP message signature, as long as it signs.',
    }),
  })
  .meta({ id: 'EndpointSecret' });
const secretExample = {
  secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  previousValidUntil: null,
};

export const getEndpointSecret = operation({
  id: 'getEndpointSecret',
  method: 'get',
  path: '/v1/endpoints/{id}/secret',
  tag: 'Endpoints',
  summary: 'Read an endpoint’s secret',
  access: 'secrets:read',
  session: 'filtered',
  params: idParams('ep'),
  replies: { 200: { description: 'The secret.', schema: secretSchema, example: secretExample } },
  problems: { 404: NO_ENDPOINT, 409: 'The endpoint has recipients, for whom nothing is signed.' },
});
export const rotateEndpointSecret = operation({
  id: 'rotateEndpointSecret',
  method: 'post',
  path: '/v1/endpoints/{id}/rotate-secret',
  tag: 'Endpoints',
  summary: 'Rotate an endpoint’s secret',
  description: 'The previous secrets keep signing beside the new one until the overlap ends.',
  access: 'secrets:write',
  session: 'filtered',
  params: idParams('ep'),
  headers: matchHeader,
  body: rotationSchema,
  isBodyOptional: true,
  bodyExample: { overlapSeconds: 86_400 },
  replies: {
    200: {
      description: 'The new secret.',
      schema: secretSchema,
      example: secretExample,
      headers: tagHeader,
    },
  },
  problems: {
    404: NO_ENDPOINT,
    409: 'Too many secrets are signing already, the endpoint is a chat’s, whose URL is the secret, or has recipients, for whom nothing is signed, or it was changed in the meantime.',
    412: STALE,
  },
});

interface EndpointSecretPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint' | 'replaceEndpoint'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly surroundings: Surroundings;
}

export function addEndpointSecretRoutes(serve: Serve, ports: EndpointSecretPorts): void {
  const { registry, surroundings } = ports;

  serve(getEndpointSecret, async ({ scope, params, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    if (contractOf(endpoint.contract).byMail) throw new Problem(409, NO_SECRET);
    const key = await ports.secrets.sealingKey(endpoint.sealedSecrets);
    const [newest = ''] = endpoint.sealedSecrets;
    return reply(200, secretView(endpoint, unseal(key, secretPlace(endpoint), newest)));
  });

  serve(rotateEndpointSecret, async ({ c, scope, params, body: input, reply }) => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, params.id);
    requireMatch(c, tagged(endpoint));
    const nowMs = surroundings.now();
    const contract = contractOf(endpoint.contract);
    if (contract.byMail) throw new Problem(409, NO_SECRET);
    if (!contract.createSecret) throw new Problem(409, URL_IS_SECRET);
    const secret =
      input.secret ??
      contract.createSecret(surroundings.random(SECRET_BYTES), endpoint.contractOptions);
    checkSecret(endpoint, secret, ([setting = ''], message) => {
      const why =
        setting === 'secret' ? message : `does not go with ${String(setting)}: ${message}`;
      throw refused([{ path: '/secret', message: why }]);
    });
    const key = await ports.secrets.sealingKey();
    const sealed = seal(key, secretPlace(endpoint), secret, surroundings.random(NONCE_BYTES));
    const rotated = withSecret(endpoint, sealed, secret, input.overlapSeconds, nowMs);
    if (!(await registry.replaceEndpoint(endpoint, rotated))) throw overtaken(c);
    return reply(200, secretView(rotated, secret), tagged(rotated));
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
  const numbers = secretNumbersOf(endpoint);
  const before = [
    ...endpoint.sealedSecrets.map((one) => ({ sealed: one, untilMs })),
    ...(endpoint.retiringSecrets ?? []).map((one) => ({
      ...one,
      untilMs: Math.min(one.untilMs, untilMs),
    })),
  ].map((one, at) => ({ ...one, number: numbers[at] ?? 1 }));
  const retiringSecrets = before.filter((one) => one.untilMs > nowMs);
  if (retiringSecrets.length >= MAX_SECRETS) {
    throw new Problem(
      409,
      `${MAX_SECRETS} secrets are signing already: wait for an overlap to end, or rotate with overlapSeconds 0.`,
    );
  }
  const { version } = endpoint;
  const maskedSecret = maskSecret(secret);
  return {
    ...endpoint,
    sealedSecrets: [sealed],
    retiringSecrets,
    secretNumber: Math.max(...numbers) + 1,
    maskedSecret,
    version: version + 1,
  };
}

/** Of an asymmetric key only what receivers verify with: the private half stays here. */
function secretView(endpoint: Endpoint, secret: string) {
  const { retiringSecrets, signatures = [] } = endpoint;
  const [number = 1] = secretNumbersOf(endpoint);
  const message = signatures.find((extra) => extra.scheme === 'http-message');
  const shown = isAsymmetric(secret) ? publicSecretOf(secret) : secret;
  const latest = Math.max(0, ...(retiringSecrets ?? []).map(({ untilMs }) => untilMs));
  return {
    secret: shown,
    previousValidUntil: latest === 0 ? null : new Date(latest).toISOString(),
    ...(message?.algorithm === 'hmac-sha256'
      ? { keyId: secretId(secret), label: labelOf(message, number) }
      : {}),
  };
}
