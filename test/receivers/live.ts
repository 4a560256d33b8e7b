// A live service whose deliveries go on to the servers under test, and the keys and secrets on both sides.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asymmetricSecret } from '../../lambdas/core/signing/asymmetric-secret.ts';
import type { Way } from '../../scripts/receivers/ways.ts';
import { publicPem, SECRET, TOKEN } from '../builders/contracts.ts';
import bynnVector from '../core/contracts/fixtures/bynn.json' with { type: 'json' };
import type { Received } from '../core/contracts/independent-verifiers.ts';
import { KEYS } from '../core/contracts/receivers/cases.ts';
import { type Arrived, eventually, type Service, startService } from '../core/contracts/service.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { n = '', e = '' } = rsa.publicKey.export({ format: 'jwk' });
const { x = '', y = '' } = ec.publicKey.export({ format: 'jwk' });
const ENCRYPTIONS = {
  rsa: { jwk: { kty: 'RSA', n, e }, alg: 'RSA-OAEP-256', enc: 'A256GCM' },
  ec: { jwk: { kty: 'EC', crv: 'P-256', x, y }, alg: 'ECDH-ES', enc: 'A256GCM' },
} as const;
/** These receive by ECDH-ES, all others by RSA. @param at an endpoint's path or URL */
const kindAt = (at: string): 'rsa' | 'ec' => (/fastify|flask|net_http/.test(at) ? 'ec' : 'rsa');
export const encryptionAt = (at: string) => ENCRYPTIONS[kindAt(at)];
export const privatePemAt = (at: string): string =>
  ({ rsa, ec })[kindAt(at)].privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

const STANDARD_SECRET = KEYS['standard-webhooks'].at(-1) ?? '';
const standard = { contract: 'standard-webhooks', secret: STANDARD_SECRET };
/** What an endpoint of each way is made with, beside its URL and types. */
const ENDPOINTS: Readonly<Record<Way, object>> = {
  'standard-webhooks': standard,
  bynn: { contract: 'bynn', token: TOKEN },
  'kyc-hmac': { contract: 'kyc-hmac', secret: SECRET },
  bronid: { contract: 'bronid', secret: SECRET },
  idnow: { contract: 'idnow', secret: SECRET },
  'http-message': { ...standard, ownSignature: false, signatures: [{ scheme: 'http-message' }] },
  jwe: standard,
};
/** What a receiver has during a rotation: the new one, and the one that its endpoint was made with. */
export const secretsOf = (way: Way): readonly [string, string] =>
  way === 'kyc-hmac' || way === 'bronid' || way === 'idnow'
    ? ['another_secret_of_24_ch@!', SECRET]
    : ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', STANDARD_SECRET];

/** @returns a key pair as an endpoint has it, the same for the same name */
export const pairOf = (name: string): string =>
  asymmetricSecret(createHmac('sha256', 'a seed').update(name).digest());

export interface Live {
  readonly service: Service;
  /** Of a path, for an endpoint. */
  urlOf(path: string): string;
  /** Makes an endpoint there, whose deliveries go on to a port from now on. @returns its id */
  connect(way: Way, path: string, port: number, settings?: object): Promise<string>;
  /** Posts an event for it and waits until a server answered its delivery. */
  deliver(path: string, data: object): Promise<Delivered & { readonly event: string }>;
  /** Sends an event's delivery again, signed anew. */
  repeat(path: string, event: string): Promise<Delivered>;
  /** A key set: at first it has the keys that tests sign with; once published the tenant's own too. */
  keySetOf(path: string): { readonly url: string; publish(): void; fetches(): number };
  stop(): Promise<void>;
}

/** What a server answered to it. */
export interface Delivered extends Arrived {
  readonly status: number;
}

export async function startLive(): Promise<Live> {
  const service = await startService();
  const ports = new Map<string, number>();
  const delivered: Delivered[] = [];
  service.answer = async (arrived) => {
    const status = await post(ports.get(arrived.path) ?? 0, arrived);
    delivered.push({ ...arrived, status });
    return status;
  };
  const keySets = await startKeySets(service);
  const at = (path: string) => delivered.filter((one) => one.path === path);
  const nextAt = (path: string, index: number) => eventually(() => at(path)[index]);
  return {
    service,
    urlOf: (path) => service.receiverUrl + path,
    async connect(way, path, port, settings = {}) {
      ports.set(path, port);
      const made = await service.ask('POST', '/v1/endpoints', {
        url: service.receiverUrl + path,
        eventTypes: [typeOf(path)],
        ...ENDPOINTS[way],
        ...(way === 'jwe' ? { encryption: encryptionAt(path) } : {}),
        ...settings,
      });
      if (made.status !== 201) throw new Error(made.text);
      return made.json.id;
    },
    async deliver(path, data) {
      const before = at(path).length;
      const posted = await service.ask('POST', '/v1/events', { type: typeOf(path), data });
      if (posted.status !== 202) throw new Error(posted.text);
      return { ...(await nextAt(path, before)), event: posted.json.id };
    },
    async repeat(path, event) {
      const before = at(path).length;
      const listed = await service.ask('GET', `/v1/deliveries?event=${event}`);
      const [{ id }] = listed.json.data;
      // The attempt before it must be over.
      await eventually(async () => {
        const { status } = await service.ask('POST', `/v1/deliveries/${id}/retry`, {});
        return status === 202;
      });
      return nextAt(path, before);
    },
    keySetOf: keySets.of,
    async stop() {
      keySets.stop();
      await service.stop();
    },
  };
}

const typeOf = (path: string): string => path.slice(1).replaceAll('/', '.');

/** Sends it to a server as it is. @returns the status; 0 if the connection broke */
export function post(
  port: number,
  { method, rawHeaders, body }: Pick<Received, 'method' | 'rawHeaders' | 'body'>,
): Promise<number> {
  const ours = /^(host|connection|content-length|transfer-encoding)$/i;
  // Each value goes out as its bytes in UTF-8.
  const headers = rawHeaders
    .filter(([name]) => !ours.test(name))
    .flatMap(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]);
  const length = ['Content-Length', String(body.length), 'Host', `127.0.0.1:${port}`];
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/webhooks', method, headers: [...headers, ...length] },
      (response) => {
        response.resume().on('close', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

async function startKeySets(service: Service) {
  const jwk = (algorithm: 'RS256' | 'Ed25519', kid: string, pem = publicPem(algorithm)) => ({
    ...createPublicKey(pem).export({ format: 'jwk' }),
    ...{ kid, alg: algorithm === 'RS256' ? 'RS256' : 'EdDSA', use: 'sig' },
  });
  const vendors = jwk('RS256', 'sk_vendor', bynnVector.publicKey);
  const own = [vendors, jwk('RS256', 'sk_rsa'), jwk('Ed25519', 'sk_ed25519')];
  const published = new Set<string>();
  const fetches = new Map<string, number>();
  const server = createServer(async ({ url = '' }, response) => {
    fetches.set(url, (fetches.get(url) ?? 0) + 1);
    const tenants = await service.ask('GET', '/.well-known/acme/live/jwks.json');
    const keys = [...own, ...(published.has(url) ? tenants.json.keys : [])];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    of: (path: string) => ({
      url: `http://127.0.0.1:${port}${path}`,
      publish: () => void published.add(path),
      fetches: () => fetches.get(path) ?? 0,
    }),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
