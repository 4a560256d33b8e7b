// What record cannot read is put aside and told by its key and the kind of error: the error's message may quote it.
import type { DynamoDBRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { record } from '../../lambdas/record/record.ts';
import { NOON_MS } from '../builders/events.ts';
import { MemoryArchive } from './stream.ts';

const PERSON = 'John P';

const write = (image: object): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: '100',
    Keys: { pk: { S: 'live#acme#ep_1#d0' }, sk: { S: 'evt_1' } },
    NewImage: { pk: { S: 'live#acme#ep_1#d0' }, sk: { S: 'evt_1' }, ...image } as never,
  },
});

it.each<[string, object, string]>([
  ['broken JSON', { s: { S: 'dead' }, a: { L: [{ S: PERSON }] } }, 'SyntaxError'],
  ['a later version', { s: { S: 'dead' }, v: { N: '99' } }, 'NewerVersionError'],
])('%s is named, and not quoted', async (_, image, fault) => {
  const archive = new MemoryArchive();
  const told: unknown[] = [];
  const from = await record(
    {
      archive,
      hours: { mark: async () => undefined },
      surroundings: { now: () => NOON_MS, random: (size) => new Uint8Array(size) },
      reportUnread: (...given) => told.push(given),
      reportFailure: (_, error) => {
        throw error;
      },
    },
    [write(image)],
  );
  expect([from, told]).toEqual([undefined, [['live#acme#ep_1#d0 evt_1', fault]]]);
  const [aside] = [...archive.objects.values()].map((body) => Buffer.from(body).toString('utf8'));
  expect(aside).toContain(fault);
  expect(aside).not.toContain(PERSON);
});
