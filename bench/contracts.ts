// CPU per signed request of each contract, on one core, next to the bare primitive over the same bytes
// in the same run: npm run bench:contracts
import { createHash, createHmac, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { encryptBody } from '../lambdas/adapters/on-demand/jwe.ts';
import {
  contractOf,
  SIGNED_CONTRACT_NAMES,
  type SignedContractName,
} from '../lambdas/core/contracts/all.ts';
import { extraSignaturesSchema } from '../lambdas/core/contracts/further-signatures.ts';
import { bodyEncryptionSchema } from '../lambdas/core/endpoints/body-encryption.ts';
import type { Endpoint } from '../lambdas/core/endpoints/endpoint.ts';
import type { Event } from '../lambdas/core/events/event.ts';
import { composeRequest } from '../lambdas/core/requests/compose.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);
const ROUNDS = 3;
/** About 1 KB of data, a typical event. */
const DATA = JSON.stringify({
  resource: { id: 'dossier_1', status: 'approved', reference: 'r-1', notes: 'x'.repeat(850) },
  sessionId: '0b6f6f0e-6f0c-4f57-9f0e-3a4f3d1f8c21',
});
const SECRETS = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] as const;
const NOW_MS = 1_769_851_800_000;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const asPrivate = (pair: typeof rsa) =>
  createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
const KEYS = {
  RS256: { id: 'sk_1', algorithm: 'RS256', signsFromMs: 0, privateKey: asPrivate(rsa) },
  Ed25519: { id: 'sk_2', algorithm: 'Ed25519', signsFromMs: 0, privateKey: asPrivate(ed25519) },
} as const;

const event: Event = {
  id: 'evt_01h455vb4pex5vsknk084sn02q',
  tenant: 'acme',
  environment: 'live',
  type: 'dossier.created',
  acceptedAtMs: NOW_MS,
  channels: [],
  data: DATA,
};

const RECEIVER_URL = 'https://receiver.example.com/hooks/1';

function endpoint(contract: SignedContractName, settings: Partial<Endpoint> = {}): Endpoint {
  return {
    tenant: 'acme',
    environment: 'live',
    id: 'ep_01h455vb4pex5vsknk084sn02r',
    destination: { kind: 'http', urls: [{ url: RECEIVER_URL }] },
    contract,
    contractOptions: contractOf(contract).optionsSchema.parse({}),
    eventTypes: [],
    channels: [],
    method: 'POST',
    headers: {},
    timeoutMs: 10_000,
    autoPause: false,
    description: '',
    sealedSecrets: [],
    maskedSecret: '',
    createdAtMs: NOW_MS,
    version: 1,
    ...settings,
  };
}

const form = (to: Endpoint) => () =>
  composeRequest({
    endpoint: to,
    target: { kind: 'http', url: RECEIVER_URL, method: to.method },
    facts: {
      event,
      tenantName: 'Acme',
      idempotencyKey: 'wh_0123456789ABCDEFGHIJKLMN',
      token: 'wh_0123456789ABCDEFGHIJKLMN',
      issuer: 'posthorn',
    },
    moment: {
      nowMs: NOW_MS,
      secrets: SECRETS,
      jti: 'c268e3c2-e816-46fa-b7d5-4d6baef96773',
      keys: KEYS,
      ownSignature: true,
    },
    attempt: 1,
    nonce: 'bm9uY2U',
    authentication: [],
    encrypt: encryptBody,
  });

type Work = () => unknown;
interface Line {
  readonly name: string;
  readonly ours: Work;
  readonly bare: Work;
  readonly bareName: string;
}

const secret = Buffer.from(SECRETS[0].slice(6), 'base64');
const bytesOf = async (to: Endpoint): Promise<Buffer> => {
  const formed = await form(to)();
  if (formed.kind !== 'formed') throw new Error(formed.reason);
  return formed.body;
};
const hmac = (body: Buffer) => () => createHmac('sha256', secret).update(body).digest('hex');
const rs256 = (body: Buffer) => () => sign('sha256', body, KEYS.RS256.privateKey);
const ed = (body: Buffer) => () => sign(null, body, KEYS.Ed25519.privateKey);
/** Twice: for the headers over the whole body, and for the deprecated ones in it. */
const hashes = (body: Buffer) => () => [
  createHash('sha3-256').update(body).digest(),
  keccak_256(body),
  createHash('sha3-256').update(body).digest(),
  keccak_256(body),
];

async function lines(): Promise<Line[]> {
  const bare: Record<SignedContractName, readonly [string, (body: Buffer) => Work]> = {
    'standard-webhooks': ['HMAC-SHA256', hmac],
    bynn: ['RSA-2048 sign', rs256],
    'kyc-hmac': ['HMAC-SHA256', hmac],
    bronid: ['2 x (SHA3 + Keccak)', hashes],
    idnow: ['HMAC-SHA256', hmac],
  };
  const found: Line[] = [];
  for (const name of SIGNED_CONTRACT_NAMES) {
    const [bareName, make] = bare[name];
    const to = endpoint(name);
    found.push({ name, ours: form(to), bare: make(await bytesOf(to)), bareName });
  }
  const extra = async (
    name: string,
    settings: Partial<Endpoint>,
    bareName: string,
    make: (body: Buffer) => Work,
  ) => {
    const to = endpoint('standard-webhooks', settings);
    found.push({ name, ours: form(to), bare: make(await bytesOf(to)), bareName });
  };
  const signatures = (scheme: string) => ({
    signatures: extraSignaturesSchema.parse([{ scheme }]),
  });
  await extra('  + v1a', signatures('v1a'), 'Ed25519 sign', ed);
  await extra('  + http-message', signatures('http-message'), 'Ed25519 sign', ed);
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'jwk',
  });
  const encryption = bodyEncryptionSchema.parse({ jwk });
  await extra('  + JWE ECDH-ES', { encryption }, 'HMAC-SHA256', hmac);
  return found;
}

/** Operations per second of CPU: user and system time of this process, its thread pool included. */
async function rate(work: Work): Promise<number> {
  const until = performance.now() + SECONDS * 1000;
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    for (let i = 0; i < 20; i++) await work();
    count += 20;
  }
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / 1e6);
}

const best = async (work: Work): Promise<number> => {
  await rate(work);
  let most = 0;
  for (let round = 0; round < ROUNDS; round++) most = Math.max(most, await rate(work));
  return most;
};

const perSecond = (value: number) => Math.round(value).toLocaleString('en').padStart(9);
const micros = (value: number) => (1e6 / value).toFixed(1).padStart(7);
console.log(`1 KB events; operations a second of one core's CPU, best of ${ROUNDS}\n`);
console.log(
  'contract              signed requests       us each   bare primitive               us each   share',
);
for (const { name, ours, bare, bareName } of await lines()) {
  const [request, primitive] = [await best(ours), await best(bare)];
  const share = `${Math.round((100 * request) / primitive)}%`.padStart(6);
  console.log(
    `${name.padEnd(20)} ${perSecond(request)}/s          ${micros(request)}   ${bareName.padEnd(22)} ${perSecond(primitive)}/s ${micros(primitive)}  ${share}`,
  );
}
