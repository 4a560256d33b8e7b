// A table's stream and the function behind it: in order, until it is handled, over restarts.
import { MessageChannel } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { DynamoDbEmulator } from '../../../local/dynamodb/emulator.ts';
import { askedStream, serveStream } from '../../../local/dynamodb/stream/line.ts';
import type { StreamReader, StreamRecord } from '../../../local/dynamodb/stream/table-stream.ts';
import { StreamSource } from '../../../local/functions/stream-source.ts';
import type { Json } from '../../../local/json.ts';
import { callsTo, startAlone } from '../dynamodb/agreement.ts';
import { eventually, temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
const TABLE = 'ledger';
let dynamoDb: DynamoDbEmulator | undefined;
let sources: StreamSource[] = [];
let names = 0;

afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop()));
  sources = [];
});
afterAll(async () => {
  await dynamoDb?.close();
  folder.remove();
});

/** As another thread has it. */
function overPort(stream: StreamReader): Promise<StreamReader> {
  const { port1, port2 } = new MessageChannel();
  serveStream(port2, stream);
  port2.unref();
  return askedStream(port1);
}

type Reach = (stream: StreamReader) => StreamReader | Promise<StreamReader>;

async function start(
  reach: Reach,
  filter: readonly Json[] = [],
): Promise<{
  stream: StreamReader;
  put: (sk: string, n: number) => Promise<void>;
}> {
  await dynamoDb?.close();
  dynamoDb = await startAlone(folder.path);
  const call = callsTo(dynamoDb.url);
  const typed = (name: string) => ({ AttributeName: name, AttributeType: 'S' });
  await call('CreateTable', {
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [typed('pk'), typed('sk')],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  const stream = await dynamoDb.openStream(TABLE, 'arn:aws:dynamodb:stream', filter);
  return {
    stream: await reach(stream),
    async put(sk, n) {
      const Item = { pk: { S: 'p' }, sk: { S: sk }, n: { N: `${n}` } };
      const answer = await call('PutItem', { TableName: TABLE, Item });
      if (answer.__type) throw new Error(answer.__type);
    },
  };
}

/** `<sort key><number>` of a batch's writes. */
const told = (records: readonly StreamRecord[]): string[] =>
  records.map(({ dynamodb: { NewImage } }) => {
    const { sk, n } = Object(NewImage);
    return `${sk.S}${n.N}`;
  });

type Handle = (writes: string[], records: StreamRecord[]) => unknown;

function connect(
  stream: StreamReader,
  handle: Handle,
  batchSize = 100,
  windowMs = 20,
): StreamSource {
  const source = new StreamSource({
    stream,
    batchSize,
    windowMs,
    reportsBatchItemFailures: true,
    async invoke(event) {
      const { Records } = JSON.parse(event);
      return JSON.stringify((await handle(told(Records), Records)) ?? null);
    },
    onFailure: () => undefined,
  });
  sources.push(source);
  return source;
}

const fresh = (): string => `item-${names++}-`;

describe.each<[string, Reach]>([
  ['of its thread', (stream) => stream],
  ['of another thread', overPort],
])('the function behind a stream %s', (_, reach) => {
  it('gets each write with both images, those of an item in their order', async () => {
    const { stream, put } = await start(reach);
    const got: string[] = [];
    const all: StreamRecord[] = [];
    connect(
      stream,
      (writes, records) => {
        got.push(...writes);
        all.push(...records);
      },
      3,
    );
    const [a, b] = [fresh(), fresh()];
    const wanted = [1, 2, 3, 4, 5];
    await Promise.all(
      [a, b].map(async (sk) => {
        for (const n of wanted) await put(sk, n);
      }),
    );
    await eventually(() => got.length === 10);
    for (const sk of [a, b]) {
      expect(got.filter((one) => one.startsWith(sk))).toEqual(wanted.map((n) => sk + n));
    }
    const [first, second] = all.filter(({ dynamodb }) => Object(dynamodb.Keys.sk).S === a);
    expect(first).toMatchObject({ eventName: 'INSERT' });
    expect(first?.dynamodb).not.toHaveProperty('OldImage');
    expect(second).toMatchObject({ eventName: 'MODIFY' });
    expect(second?.dynamodb.OldImage).toEqual(first?.dynamodb.NewImage);
    const numbers = all.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });

  it('gets what is written during a batch with the next one, a window later', async () => {
    const { stream, put } = await start(reach);
    const sk = fresh();
    const batches: string[][] = [];
    // Each batch is written to while it is handled: without a window each of these writes would be a batch.
    const handle: Handle = async (writes) => {
      batches.push(writes);
      if (batches.length > 1) return;
      await put(sk, 2);
      setTimeout(() => void put(sk, 3), 10);
    };
    connect(stream, handle, 100, 200);
    await put(sk, 1);
    await eventually(() => batches.flat().includes(`${sk}3`));
    expect(batches.map((writes) => writes.filter((one) => one.startsWith(sk)))).toEqual([
      [`${sk}1`],
      [`${sk}2`, `${sk}3`],
    ]);
  });

  it('gets again what it failed at, and nothing after it before', async () => {
    const { stream, put } = await start(reach);
    // All are there before it begins: they come together.
    const sk = fresh();
    for (const n of [1, 2, 3]) await put(sk, n);
    const batches: string[][] = [];
    connect(stream, (writes, records) => {
      batches.push(writes);
      if (batches.length === 1) throw new Error('not now');
      const second = records[1]?.dynamodb.SequenceNumber;
      return batches.length === 2
        ? { batchItemFailures: [{ itemIdentifier: second }] }
        : { batchItemFailures: [] };
    });
    await eventually(() => batches.flat().includes(`${sk}3`) && batches.length >= 3);
    const all = [1, 2, 3].map((n) => sk + n);
    expect(batches.slice(0, 3)).toEqual([all, all, all.slice(1)]);
  });

  it('gets after a restart what was not handled before it, once', async () => {
    const before = await start(reach);
    const sk = fresh();
    let failed = 0;
    const source = connect(before.stream, () => {
      failed++;
      throw new Error('away');
    });
    await before.put(sk, 1);
    await eventually(() => failed > 0);
    await source.stop();
    const after = await start(reach);
    const got: string[] = [];
    connect(after.stream, (writes) => void got.push(...writes));
    await after.put(sk, 2);
    await eventually(() => got.length === 2);
    expect(got).toEqual([`${sk}1`, `${sk}2`]);
    await eventually(async () => (await after.stream.read(10, 1_000_000)).length === 0);
  });

  it('is not woken by what its filter leaves out', async () => {
    const { stream, put } = await start(reach, [
      { dynamodb: { NewImage: { n: { N: ['1', '3'] } } } },
      { dynamodb: { NewImage: { s: { S: ['never'] } } } },
    ]);
    const got: string[] = [];
    connect(stream, (writes) => void got.push(...writes));
    const sk = fresh();
    for (const n of [1, 2, 3]) await put(sk, n);
    await eventually(() => got.length === 2);
    expect(got).toEqual([`${sk}1`, `${sk}3`]);
  });
});
