// Connections to receivers: one look-up, every answer judged, and a connection to what was judged,
// each phase with a deadline of its own.
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { buildConnector } from 'undici';
import type { EndpointTls } from '../../../core/destinations/http/tls.ts';
import { type DestinationRules, judgeAddress } from '../../../core/destinations/http/url.ts';
import { readAnswerHeads } from './answer-heads.ts';
import { type ConnectionPart, ConnectionWatch } from './phases.ts';
import type { Resolve } from './resolve.ts';

export type Phase = ConnectionPart;
export type PhaseLimits = Readonly<Record<Phase, number>>;

/** Milliseconds; whatever they are, an attempt ends with its `timeoutMs`. */
export const PHASE_LIMITS: PhaseLimits = { dns: 5_000, connect: 5_000, tls: 5_000 };
/** How long an address may take before the next one is tried too (RFC 8305). */
const NEXT_ADDRESS_MS = 1_000;

export class BlockedAddressError extends Error {
  readonly code = 'POSTHORN_BLOCKED_ADDRESS';
  readonly addresses: readonly string[];

  constructor(addresses: readonly string[]) {
    super('the name leads to a refused address');
    this.addresses = addresses;
  }
}

export class PhaseTimeoutError extends Error {
  readonly code = 'POSTHORN_PHASE_TIMEOUT';
  readonly phase: Phase;

  constructor(phase: Phase) {
    super(`${phase} took too long`);
    this.phase = phase;
  }
}

/** A connection that is being made. */
export interface Making {
  readonly origin: string;
  readonly watch: ConnectionWatch;
  phase: Phase;
}

export interface ConnectionOptions {
  readonly rules: DestinationRules;
  readonly resolve: Resolve;
  readonly limits: PhaseLimits;
  /** Those being made now, oldest first. */
  readonly making: Set<Making>;
  /** Told when the certificate of an origin expires, Unix milliseconds. */
  readonly onCertificate: (origin: string, expiresAtMs: number) => void;
}

export function createConnector(
  options: ConnectionOptions,
  endpointTls: EndpointTls = {},
): buildConnector.connector {
  const secureContext = secureContextOf(endpointTls);
  return ({ hostname, protocol, port }, callback) => {
    const isTls = protocol === 'https:';
    const made = make(options, secureContext, hostname, Number(port) || (isTls ? 443 : 80), isTls);
    made.then(
      (socket) => {
        readAnswerHeads(socket);
        callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

async function make(
  { rules, resolve, limits, making, onCertificate }: ConnectionOptions,
  secureContext: () => SecureContext,
  hostname: string,
  port: number,
  isTls: boolean,
): Promise<Socket> {
  // Before anything is opened: certificates that cannot be read throw here.
  const context = isTls ? secureContext() : undefined;
  const watch = new ConnectionWatch();
  const self: Making = { origin: originOf(hostname, port, isTls), phase: 'dns', watch };
  making.add(self);
  try {
    const isName = isIP(hostname) === 0;
    if (isName) watch.begin('dns');
    const addresses = isName ? await withinLimit(resolve(hostname), limits.dns) : [hostname];
    if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENODATA' });
    if (addresses.some((address) => judgeAddress(address, rules) === 'refused')) {
      throw new BlockedAddressError(addresses);
    }
    self.phase = 'connect';
    watch.begin('connect');
    const socket = connectTcp({
      host: hostname,
      port,
      lookup: answerWith(addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    await ready(socket, 'connect', limits.connect);
    if (!context) {
      watch.end(socket);
      return socket;
    }
    self.phase = 'tls';
    watch.begin('tls');
    const secured = secure(socket, hostname, context);
    await ready(secured, 'tls', limits.tls);
    const certificate = secured.getPeerX509Certificate();
    if (certificate) onCertificate(self.origin, certificate.validToDate.getTime());
    watch.end(secured);
    return secured;
  } catch (error) {
    if (error instanceof Error) watch.end(error);
    throw error;
  } finally {
    making.delete(self);
  }
}

export function originOf(hostname: string, port: number, isTls: boolean): string {
  return `${isTls ? 'https' : 'http'}://${hostname}:${port}`;
}

/** No session is resumed, so every connection verifies the receiver in full. */
function secure(socket: Socket, hostname: string, secureContext: SecureContext): TLSSocket {
  return connectTls({
    socket,
    secureContext,
    host: hostname, // what the certificate is compared with if there is no server name
    servername: isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '', // RFC 6066, section 3
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true, // explicit, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect
  });
}

/** Made at its first use, and then kept: reading certificates takes longer than a handshake. */
function secureContextOf({
  ca,
  cert,
  key,
  minVersion = 'TLSv1.2',
}: EndpointTls): () => SecureContext {
  let context: SecureContext | undefined;
  return () => {
    context ??= createSecureContext({ minVersion, ca, cert, key });
    return context;
  };
}

/** The look-up that a socket makes is answered with the judged addresses: there is no second one. */
function answerWith(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    const [first] = answers;
    if (options.all || !first) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}

async function withinLimit<T>(answer: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PhaseTimeoutError('dns')), limitMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function ready(socket: Socket, phase: 'connect' | 'tls', limitMs: number): Promise<void> {
  const event = phase === 'tls' ? 'secureConnect' : 'connect';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new PhaseTimeoutError(phase)), limitMs);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
    // Not removed: until undici listens, an error would have no listener.
    let first: Error | undefined;
    socket.on('error', (error) => {
      clearTimeout(timer);
      first ??= error;
      reject(error);
    });
    // With TLS 1.3 a receiver refuses a client's certificate after the handshake. Node.js tells the alert and then the
    // end, and undici would take the end for the cause.
    socket.once('end', () => {
      if (first) socket.destroy(first);
    });
    socket.once('close', () => {
      clearTimeout(timer);
      reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    });
  });
}
