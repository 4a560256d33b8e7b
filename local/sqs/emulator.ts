// SQS by fauxqs in this process, on loopback, its state in SQLite. fauxqs publishes only its server,
// which binds every interface; its store and persistence are taken from beside its entry point.
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { buildApp } from 'fauxqs';
import { ACCOUNT_ID, REGION } from '../aws-names.ts';
import { sqsCall } from '../gate/aws-calls.ts';
import type { Gatekeeper } from '../gate/gatekeeper.ts';
import { isObject, type Json } from '../json.ts';
import { carriesGroup, lawfulSend, payloadBytes } from './limits.ts';
import { type MessageChanges, type Writes, writeTogether } from './writes.ts';

/** A batch may be 1 MiB, and JSON writes a character in six bytes at the most. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const CONTENT_TYPE = 'application/x-amz-json-1.0';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
export type SqsStore = Stores['sqsStore'];
export type SqsQueue = NonNullable<ReturnType<SqsStore['getQueueByName']>>;
export type SqsMessage = SqsQueue['messages'][number];

interface Persistence extends MessageChanges {
  readonly db: DatabaseSync;
  loadSqsAndSns(sqsStore: SqsStore, snsStore: Stores['snsStore']): void;
  close(): void;
}

export interface SqsEmulator {
  url: string;
  store: SqsStore;
  queueUrl(name: string): string;
  newMessage(body: string): SqsMessage;
  readonly writes: Writes;
  close(): Promise<void>;
}

export async function startSqs(dataDir: string, gatekeeper: Gatekeeper): Promise<SqsEmulator> {
  const { SqsStore } = await fromFauxqs('sqs/sqsStore.js');
  const newMessage: SqsEmulator['newMessage'] = (body) => SqsStore.createMessage(body);
  const { SnsStore } = await fromFauxqs('sns/snsStore.js');
  const { S3Store } = await fromFauxqs('s3/s3Store.js');
  const stores: Stores = {
    sqsStore: new SqsStore(),
    snsStore: new SnsStore(),
    s3Store: new S3Store(),
  };
  const persistence = await openPersistence(dataDir);
  const app = buildApp({ stores, logger: false, defaultRegion: REGION });

  /** As they came: a signature is over bytes. */
  const bodies = new WeakMap<object, Buffer>();
  app.removeContentTypeParser(CONTENT_TYPE);
  const parse = async (request: object, body: Buffer): Promise<Json> => {
    bodies.set(request, body);
    return JSON.parse(body.toString());
  };
  app.addContentTypeParser(CONTENT_TYPE, { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, parse);
  app.addHook('preHandler', async (request, reply) => {
    const target = request.headers['x-amz-target'];
    const refuse = (code: string, message: string) =>
      reply
        .code(400)
        .header('content-type', CONTENT_TYPE)
        .send({ __type: `com.amazonaws.sqs#${code}`, message });
    // fauxqs is S3 and SNS as well: neither is part of Posthorn.
    if (typeof target !== 'string' || !target.startsWith('AmazonSQS.')) {
      return refuse('InvalidAction', 'Only SQS is served here.');
    }
    // Fastify leaves the parsed body unknown; the JSON parser of fauxqs made it.
    const body = request.body as Json;
    const operation = target.slice('AmazonSQS.'.length);
    const parameters = isObject(body) ? body : {};
    const call = sqsCall(operation, parameters);
    const { method, url, headers } = request;
    const signed = { method, url, headers, body: bodies.get(request) ?? '' };
    const refusal = gatekeeper.check(signed, call);
    if (refusal !== undefined) return refuse(refusal.code, refusal.message);
    const fault = lawfulSend(operation, parameters);
    if (fault !== undefined) return refuse(fault.code, fault.message);
    const caller = gatekeeper.callerOf(request.headers.authorization);
    gatekeeper.meter.sqsRequest(caller, payloadBytes(parameters), carriesGroup(parameters));
  });

  const writes = writeTogether(persistence);
  app.addHook('onSend', async () => writes.onDisk());

  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 })).origin;
  const queueUrl = (name: string) => `${url}/${ACCOUNT_ID}/${name}`;
  load(persistence, stores, url);
  return {
    url,
    store: stores.sqsStore,
    queueUrl,
    newMessage,
    writes,
    close: async () => {
      await app.close();
      writes.now();
      persistence.close();
    },
  };
}

async function openPersistence(dataDir: string): Promise<Persistence> {
  const { PersistenceManager } = await fromFauxqs('persistence.js');
  const persistence: Persistence = new PersistenceManager(dataDir);
  // In WAL mode this loses nothing when the process is killed, only when the machine loses power.
  persistence.db.exec('PRAGMA synchronous = NORMAL');
  // fauxqs 2.4.1 writes NULL into a NOT NULL column here, and a message made visible by
  // ChangeMessageVisibility(0) would be lost.
  const makeReady = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => {
    makeReady.run(messageId);
  };
  return persistence;
}

async function fromFauxqs(file: string) {
  const packageFile = findPackageJSON('fauxqs', import.meta.url);
  if (packageFile === undefined) throw new Error('fauxqs is not installed');
  return import(pathToFileURL(join(dirname(packageFile), 'dist', file)).href);
}

function load(persistence: Persistence, { sqsStore, snsStore }: Stores, url: string): void {
  // Whoever held these messages is dead. The receive that ended so is no failure of the message, which ten
  // kills would make a dead letter; but that there was one is kept, since it may be half done.
  persistence.db.exec(
    `UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL,
       approximate_receive_count = max(1, approximate_receive_count - 1)
     WHERE receipt_handle IS NOT NULL`,
  );
  // And the port of the queue URLs is another one now.
  persistence.db.prepare('UPDATE sqs_queues SET url = ? || name').run(`${url}/${ACCOUNT_ID}/`);
  persistence.loadSqsAndSns(sqsStore, snsStore);
  // Only now: while loading, a write-through would replace a queue's row and with it its messages.
  // The store wants the class of fauxqs, with private parts: what was made above is one of it.
  const writeThrough = persistence as unknown as NonNullable<SqsStore['persistence']>;
  sqsStore.persistence = writeThrough;
  for (const queue of sqsStore.allQueues()) queue.persistence = writeThrough;
}
