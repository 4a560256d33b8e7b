// DynamoDB by dynalite in this process, on loopback, its state in LevelDB. Requests pass the
// gatekeeper first, so their bodies are read here and played back to dynalite.
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import dynalite from 'dynalite';
import { dynamoDbCall } from '../gate/aws-calls.ts';
import { type Gatekeeper, HOST } from '../gate/gatekeeper.ts';
import { listenOnLoopback, readBody } from '../gate/loopback-server.ts';
import { type Json, parseObject } from '../json.ts';
import { emptyKeyIn } from './key-conditions.ts';
import { adaptLevelDb, openIterators } from './level-db.ts';
import { type Play, serveMetered } from './metered.ts';
import { type StreamReader, TableStream } from './stream/table-stream.ts';
import { databaseOf, streamWrites, writeItemsWhole } from './whole-writes.ts';

const CLOSE_GRACE_MS = 1_000;
const CLOSE_POLL_MS = 10;

export interface DynamoDbEmulator {
  url: string;
  /** Iterators over the tables that are not closed: none while no query is under way. */
  openIterators(): number;
  /** From now on each write of the table goes into its stream; of those that its filter names, if it names some. */
  openStream(table: string, arn: string, filter?: readonly Json[]): Promise<StreamReader>;
  close(): Promise<void>;
}

export async function startDynamoDb(
  dataDir: string,
  gatekeeper: Gatekeeper,
  metersCapacity = false,
): Promise<DynamoDbEmulator> {
  adaptLevelDb();
  writeItemsWhole();
  const { opened: server, db } = databaseOf(() =>
    dynalite({ path: dataDir, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }),
  );
  // The only listener of its server: (request, response) => void.
  const [serve] = server.listeners('request') as [
    (request: unknown, response: ServerResponse) => void,
  ];
  server.removeAllListeners('request');
  const play: Play = ({ method, url, headers }, response, body) => {
    const replay = Object.assign(new EventEmitter(), { method, url, headers });
    serve(replay, response);
    replay.emit('data', body);
    replay.emit('end');
  };
  let underWay = 0;
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    underWay++;
    response.once('close', () => {
      underWay--;
    });
    const body = await readBody(request).catch(() => undefined);
    if (body === undefined) {
      response.destroy();
      return;
    }
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const asked = parseObject(body.toString());
    const call = dynamoDbCall(operation, asked);
    const { method = 'POST', url = '/', headers } = request;
    const refusal =
      gatekeeper.check({ method, url, headers, body }, call) ?? emptyKeyIn(operation, asked);
    if (refusal !== undefined) {
      const __type = `com.amazon.coral.service#${refusal.code}`;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type, message: refusal.message }));
      return;
    }
    const caller = gatekeeper.callerOf(request.headers.authorization);
    if (metersCapacity && caller !== HOST) {
      await serveMetered(play, { request, response, operation, asked }, (readUnits, writeUnits) => {
        gatekeeper.meter.add(caller, 'dynamodb.readUnits', readUnits);
        gatekeeper.meter.add(caller, 'dynamodb.writeUnits', writeUnits);
      });
    } else play(request, response, body);
  });

  const url = await listenOnLoopback(server);
  return {
    url,
    openIterators,
    openStream: async (table, arn, filter = []) => {
      const stream = new TableStream(db, table, arn, filter);
      await stream.open(Date.now());
      streamWrites(db, table, stream);
      return stream;
    },
    close: async () => {
      // What dynalite is at would find its database closed, and end the process.
      for (let waited = 0; underWay > 0 && waited < CLOSE_GRACE_MS; waited += CLOSE_POLL_MS) {
        await delay(CLOSE_POLL_MS);
      }
      const closed = once(server, 'close');
      // dynalite's own close also flushes and closes LevelDB.
      const flushed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.race([Promise.all([closed, flushed]), delay(5_000, undefined, { ref: false })]);
    },
  };
}
