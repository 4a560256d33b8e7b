// Batches of which a part is not done: what AWS then sends back, by operation.

type Requests = Record<string, unknown[]>;
type Keys = Record<string, { Keys: unknown[] }>;

export interface BatchRequest {
  readonly RequestItems?: Requests | Keys;
  readonly Entries?: readonly { readonly Id: string }[];
}

export interface Apart {
  /** What is done. */
  readonly send: object;
  /** The answer to it, with the rest added as not done. */
  finish(answer: object): object;
}

export const BATCHES = ['BatchWriteItem', 'BatchGetItem', 'SendMessageBatch'];

/** Does the first half, rounded up: AWS refuses an empty batch. */
export function apart(operation: string, request: BatchRequest): Apart {
  if (operation === 'SendMessageBatch') {
    const entries = request.Entries ?? [];
    const [done, left] = halves(entries);
    const Failed = left.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
    return {
      send: { ...request, Entries: done },
      finish: (answer) => ({ Successful: [], ...answer, Failed }),
    };
  }
  const sent: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [table, of] of Object.entries(request.RequestItems ?? {})) {
    const isWrite = Array.isArray(of);
    const [done, left] = halves(isWrite ? of : of.Keys);
    sent[table] = isWrite ? done : { ...of, Keys: done };
    if (left.length > 0) rest[table] = isWrite ? left : { ...of, Keys: left };
  }
  const name = operation === 'BatchWriteItem' ? 'UnprocessedItems' : 'UnprocessedKeys';
  return {
    send: { ...request, RequestItems: sent },
    finish: (answer) => ({ ...answer, [name]: rest }),
  };
}

function halves<T>(entries: readonly T[]): [readonly T[], readonly T[]] {
  const middle = Math.ceil(entries.length / 2);
  return [entries.slice(0, middle), entries.slice(middle)];
}
