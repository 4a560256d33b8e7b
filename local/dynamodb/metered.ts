// Plays a request to dynalite and finds what DynamoDB would have billed for it. Slower than playing it
// alone: for the cost meter only.
import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type JsonObject, parseObject, textOf } from '../json.ts';
import {
  askingForCapacity,
  capacityIn,
  FAILED_CONDITION,
  indexUnits,
  isWrite,
  placeInIndex,
  type WrittenKey,
  writtenKeys,
} from './capacity.ts';

export type Play = (
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  response: ServerResponse,
  body: Buffer,
) => void;

interface Metered {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly operation: string;
  readonly asked: JsonObject;
}

export async function serveMetered(
  play: Play,
  { request, response, operation, asked }: Metered,
  onUnits: (readUnits: number, writeUnits: number) => void,
): Promise<void> {
  const written = isWrite(operation) ? writtenKeys(operation, asked, ['pk', 'sk']) : [];
  const before = await placesOf(play, request, written);
  const { answer, send } = await playThrough(play, request, response, askingForCapacity(asked));
  if (response.statusCode === 200) {
    const { readUnits, writeUnits } = capacityIn(operation, answer);
    const after = await placesOf(play, request, written);
    const ofIndexes = before.reduce((sum, at, index) => sum + indexUnits(at, after[index]), 0);
    onUnits(readUnits, writeUnits + ofIndexes);
  } else if (textOf(answer.__type).endsWith('ConditionalCheckFailedException')) {
    onUnits(FAILED_CONDITION.readUnits, FAILED_CONDITION.writeUnits);
  }
  send();
}

/** The places of items in the only index of the stack's tables. */
async function placesOf(
  play: Play,
  request: IncomingMessage,
  written: readonly WrittenKey[],
): Promise<(string | undefined)[]> {
  return Promise.all(
    written.map(async ({ table, key }) => {
      const body = { TableName: table, Key: key, ConsistentRead: true };
      const answer = await playAside(play, request, 'GetItem', body);
      return isObject(answer.Item) ? placeInIndex(answer.Item, ['wk', 'wat']) : undefined;
    }),
  );
}

/** Waits with the answer, so that it is counted before the caller goes on. */
function playThrough(
  play: Play,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<{ answer: JsonObject; send: () => void }> {
  return new Promise((resolve) => {
    const end = response.end.bind(response);
    // dynalite ends its answers with one text.
    response.end = ((text: string) => {
      resolve({ answer: parseObject(String(text ?? '')), send: () => end(text) });
      return response;
    }) as typeof response.end;
    play(request, response, Buffer.from(body));
  });
}

/** A request of our own, with the caller's headers, whose answer goes nowhere. */
function playAside(
  play: Play,
  request: IncomingMessage,
  operation: string,
  body: object,
): Promise<JsonObject> {
  return new Promise((resolve) => {
    const headers = { ...request.headers, 'x-amz-target': `DynamoDB_20120810.${operation}` };
    // What dynalite needs of a response: it writes no more than this.
    const response = Object.assign(new EventEmitter(), {
      statusCode: 200,
      setHeader: () => undefined,
      removeHeader: () => undefined,
      end: (text: string) => resolve(parseObject(String(text ?? ''))),
    });
    play(
      { method: 'POST', url: '/', headers },
      response as unknown as ServerResponse,
      Buffer.from(JSON.stringify(body)),
    );
  });
}
