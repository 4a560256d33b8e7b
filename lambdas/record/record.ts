// Writes what deliveries went through into the archive, from the ledger's stream. Lambda cuts batches anew after errors,
// so lines may repeat; nothing is left out.
import { createHash } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Item } from '../adapters/aws/dynamodb/client.ts';
import { fromDeliveryItem } from '../adapters/ledger/items.ts';
import { type Archive, packLines, UNREAD_PREFIX } from '../core/analytics/archive.ts';
import { hourOfLine, type Line, linesOf } from '../core/analytics/line.ts';
import type { DueHours } from '../core/analytics/store.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Surroundings } from '../core/surroundings.ts';

export interface RecordPorts {
  readonly archive: Pick<Archive, 'put'>;
  readonly hours: DueHours;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
  /** Told of each write that cannot be read: not what the error says, which might quote it. */
  readonly reportUnread: (key: string, fault: string) => void;
  readonly reportFailure: (hour: string, error: unknown) => void;
}

/** What goes into one object. */
interface Part {
  readonly hour: string;
  readonly lines: Line[];
  readonly first: string;
  last: string;
}

interface Unread {
  /** Sequence number, partition and sort key: enough to find the item, and nothing of what is in it. */
  readonly sequence: string;
  readonly pk: string;
  readonly sk: string;
  readonly fault: string;
}

const AT_ONCE = 4;

/** @returns the sequence number from which on the batch is to come again; undefined if all of it is done */
export async function record(
  ports: RecordPorts,
  records: readonly DynamoDBRecord[],
): Promise<string | undefined> {
  const parts = new Map<string, Part>();
  const unread: Unread[] = [];
  for (const one of records) {
    try {
      for (const line of linesIn(one)) add(parts, line, sequenceOf(one));
    } catch (error) {
      const put = aside(one, error);
      unread.push(put);
      ports.reportUnread(`${put.pk} ${put.sk}`, put.fault);
    }
  }
  const failed: string[] = [];
  await inParallel([...parts.values()], AT_ONCE, async (part) => {
    try {
      await putPart(ports, part);
    } catch (error) {
      ports.reportFailure(part.hour, error);
      failed.push(part.first);
    }
  });
  const [first] = unread;
  if (first) {
    try {
      await putUnread(ports, unread);
    } catch (error) {
      ports.reportFailure('unread', error);
      failed.push(first.sequence);
    }
  }
  const positions = new Map(records.map((one, index) => [sequenceOf(one), index]));
  return failed.sort((a, b) => (positions.get(a) ?? 0) - (positions.get(b) ?? 0))[0];
}

const sequenceOf = ({ dynamodb }: DynamoDBRecord): string => dynamodb?.SequenceNumber ?? '';

function linesIn({ dynamodb }: DynamoDBRecord): Line[] {
  const after = deliveryIn(dynamodb?.NewImage);
  return after ? linesOf(deliveryIn(dynamodb?.OldImage), after) : [];
}

type Image = NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];

/** Without what was sent and answered. */
function deliveryIn(image: Image): Delivery | undefined {
  if (image?.s === undefined) return undefined;
  const { res, sres, rq, subj, ...item } = image;
  return fromDeliveryItem(item as Item); // strings, numbers and lists are written alike
}

function add(parts: Map<string, Part>, line: Line, sequence: string): void {
  const hour = hourOfLine(line);
  const part = parts.get(hour) ?? { hour, lines: [], first: sequence, last: sequence };
  part.lines.push(line);
  part.last = sequence;
  parts.set(hour, part);
}

/** Marked after it is put: whoever counts the hour by the mark finds the object. */
async function putPart(ports: RecordPorts, { hour, lines, first, last }: Part): Promise<void> {
  const { key, body } = packLines(hour, lines, first, last);
  await ports.archive.put(key, body);
  await ports.hours.mark(hour, newToken(ports.surroundings), ports.surroundings.now());
}

export function newToken({ random }: Pick<Surroundings, 'random'>): string {
  return Buffer.from(random(16)).toString('hex');
}

function aside({ dynamodb, ...record }: DynamoDBRecord, error: unknown): Unread {
  const { Keys: keys = {} } = dynamodb ?? {};
  return {
    sequence: sequenceOf({ ...record, ...(dynamodb && { dynamodb }) }),
    pk: keys.pk?.S ?? '',
    sk: keys.sk?.S ?? '',
    fault: error instanceof Error ? error.name : typeof error,
  };
}

async function putUnread({ archive, surroundings }: RecordPorts, unread: readonly Unread[]) {
  const text = unread.map((one) => `${JSON.stringify(one)}\n`).join('');
  const hash = createHash('sha256').update(text).digest('hex');
  const date = new Date(surroundings.now()).toISOString().slice(0, 10);
  const [first, last] = [unread[0]?.sequence, unread.at(-1)?.sequence];
  const key = `${UNREAD_PREFIX}dt=${date}/${first}-${last}-${hash}.json`;
  await archive.put(key, Buffer.from(text));
}
