// Stands between the functions and the emulators: knows each call by its function, operation and place,
// and does to it what the round's plan says, below the AWS SDK, which sees only its connection.
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoints } from '../../../local/functions/definitions.ts';
import type { FunctionHost } from '../../../local/functions/host.ts';
import { accessKeyOf } from '../../../local/gate/aws-calls.ts';
import { close, listenOnLoopback, readBody } from '../../../local/gate/loopback-server.ts';
import { signedHeaders } from '../../builders/aws-signer.ts';
import { apart, type BatchRequest } from './batches.ts';

export interface ProxiedCall {
  /** `<function>: <operation> <table or queue>`. */
  readonly site: string;
  readonly functionName: string;
  readonly operation: string;
  readonly text: string;
}

/** What is done to one call. */
export type Treatment =
  | { readonly kind: 'none' }
  | { readonly kind: 'kill'; readonly when: 'before' | 'after' }
  /** It takes effect, and its answer never comes: the SDK tries again. */
  | { readonly kind: 'lose answer' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** Some of a batch's entries are answered as not done. */
  | { readonly kind: 'part' }
  /** Each message of a batch is sent twice, or comes late. */
  | { readonly kind: 'messages'; readonly change: 'double' | 'late' };

export interface FaultProxyOptions {
  /** Whose calls these are, once they are known. */
  functions(): Iterable<FunctionHost>;
  treat(call: ProxiedCall): Treatment;
  kill(functionName: string): Promise<void>;
}

export interface FaultProxy {
  readonly endpoints: Endpoints;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export async function startFaultProxy(
  emulators: Endpoints,
  options: FaultProxyOptions,
): Promise<FaultProxy> {
  const servers: Server[] = [];
  const standBefore = async (target: string): Promise<string> => {
    const server = createServer(async (request, response) => {
      try {
        const reply = await answer(request, (await readBody(request)).toString(), target, options);
        if (!reply) {
          response.destroy();
          return;
        }
        const {
          'content-length': _,
          'transfer-encoding': __,
          connection,
          ...headers
        } = reply.headers;
        // The SDK checks DynamoDB's answers against this, and ours may have been changed.
        delete headers['x-amz-crc32'];
        response.writeHead(reply.status, { ...headers, 'content-length': reply.body.length });
        response.end(reply.body);
      } catch {
        response.destroy();
      }
    });
    server.keepAliveTimeout = 30_000;
    servers.push(server);
    return listenOnLoopback(server);
  };
  const [sqs, dynamoDb, control] = await Promise.all([
    standBefore(emulators.sqs),
    standBefore(emulators.dynamoDb),
    standBefore(emulators.control),
  ]);
  return {
    endpoints: { sqs, dynamoDb, s3: emulators.s3, control },
    close: async () => void (await Promise.all(servers.map(close))),
  };
}

/** Undefined if no answer is to come. */
async function answer(
  request: IncomingMessage,
  text: string,
  target: string,
  { treat, kill, functions }: FaultProxyOptions,
): Promise<Reply | undefined> {
  const accessKey = accessKeyOf(request.headers.authorization);
  const caller = [...functions()]
    .map(({ definition }) => definition)
    .find(({ env }) => env.AWS_ACCESS_KEY_ID === accessKey);
  const name = caller?.name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase() ?? '?';
  const call = callOf(request, text, name);
  const treatment = treat(call);
  const pass = (body: string) => forward(request, body, target, caller?.env ?? {});
  switch (treatment.kind) {
    case 'none':
      return pass(text);
    case 'delay':
      await delay(treatment.ms);
      return pass(text);
    case 'refuse': {
      const body = JSON.stringify({ __type: treatment.code, message: 'injected' });
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-errortype': treatment.code,
      };
      return { status: treatment.status, headers, body: Buffer.from(body) };
    }
    case 'lose answer':
      await pass(text);
      return undefined;
    case 'kill':
      if (treatment.when === 'after') await pass(text);
      await kill(call.functionName);
      return undefined;
    case 'part': {
      const { send, finish } = apart(call.operation, JSON.parse(text) as BatchRequest);
      const reply = await pass(JSON.stringify(send));
      if (reply.status !== 200) return reply;
      const body = JSON.stringify(finish(JSON.parse(reply.body.toString())));
      return { ...reply, body: Buffer.from(body) };
    }
    case 'messages': {
      const body: { Entries: { Id: string; DelaySeconds?: number }[] } = JSON.parse(text);
      if (treatment.change === 'double') await pass(text);
      const Entries = body.Entries.map((entry) => ({
        ...entry,
        DelaySeconds: Math.min(900, (entry.DelaySeconds ?? 0) + (entry.Id.length % 3)),
      }));
      return pass(JSON.stringify({ ...body, Entries: Entries.reverse() }));
    }
    default:
      return treatment satisfies never;
  }
}

function callOf(request: IncomingMessage, text: string, name: string): ProxiedCall {
  const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
  const path = request.url ?? '';
  const operation =
    target ??
    (path.startsWith('/schedules')
      ? 'CreateSchedule'
      : path.includes('/invocations')
        ? 'Invoke'
        : path);
  const place =
    /posthorn-?[a-z]*?-?(registry|ledger)/i.exec(text)?.[1] ?? /(Registry|Ledger)/.exec(text)?.[1];
  const queue = /"QueueUrl":"[^"]*\/[^"/]*?(Events|Deliveries|Retries|Wakes)[^"/]*"/i.exec(
    text,
  )?.[1];
  const where = (queue ?? place ?? '').toLowerCase();
  const shortName = name.replace(/^posthorn/, '').replace(/function[0-9a-f]{8}$/, '');
  const site = `${shortName}: ${operation} ${where}`.trim();
  return { site, functionName: name, operation, text };
}

async function forward(
  request: IncomingMessage,
  body: string,
  target: string,
  env: Readonly<Record<string, string>>,
): Promise<Reply> {
  const own = `http://${request.headers.host}`;
  // fauxqs knows its queues by their URLs.
  const sent = Buffer.from(body.replaceAll(own, target));
  const { method = 'POST', url = '/' } = request;
  // The body is another one, and so is its signature.
  const [, service = ''] = /\/us-east-1\/(\w+)\//.exec(request.headers.authorization ?? '') ?? [];
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  const plain = ['content-type', 'x-amz-target', 'x-amz-user-agent', 'x-amzn-query-mode'];
  const headers = await signedHeaders({ accessKeyId, secretAccessKey }, service, {
    method,
    url,
    headers: {
      host: new URL(target).host,
      ...Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) =>
          plain.includes(name) ? [[name, String(value)]] : [],
        ),
      ),
    },
    body: sent,
  });
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      new URL(url, target),
      { method, headers: { ...headers, 'content-length': sent.length } },
      (incoming) => {
        readBody(incoming).then(
          (reply) =>
            resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: reply }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}
