// What may go wrong at a call to each service, beside the end of its function.
import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import type { ServiceCall } from '../../local/simulation/system/calls.ts';
import type { FaultKind } from './fault-log.ts';

interface CallNature {
  readonly kinds: readonly FaultKind[];
  /** A call that is rarely made fails so many times as often. */
  readonly weight: number;
  readonly receiver?: boolean;
}

const ENDS: readonly FaultKind[] = [
  'killed before a call',
  'killed after a call',
  'timed out after a call took effect',
  'slow',
  'frozen with calls under way',
];
const nature = (own: readonly FaultKind[], weight = 1): CallNature => ({
  kinds: [...ENDS, 'connections broken while frozen', ...own, ...own],
  weight,
});
const WRITES: readonly FaultKind[] = [
  'throttled',
  'answer of a write lost',
  'write repeated, so that its condition failed',
];
const READ = nature(['throttled']);
const WRITE = nature(WRITES);
const CONTENDED = nature([...WRITES, 'condition failed by another writer'], 4);
const BATCH_WRITE = nature([...WRITES, 'items unprocessed'], 4);
const BATCH_READ = nature(['throttled', 'items unprocessed'], 2);
const SEND = nature(['send refused', 'batch partly refused', 'answer of a write lost']);
const SCHEDULE = nature(['schedule refused by quota', 'answer of a write lost'], 400);
const OTHER = nature(['throttled']);
const RECEIVER: CallNature = { kinds: ENDS, weight: 1, receiver: true };
const NONE = { kinds: ENDS, weight: 1 };

const BY_OPERATION: Readonly<Record<string, CallNature>> = {
  GetItem: READ,
  Query: READ,
  BatchGetItem: BATCH_READ,
  PutItem: WRITE,
  DeleteItem: WRITE,
  BatchWriteItem: BATCH_WRITE,
  SendMessageBatch: SEND,
  CreateSchedule: SCHEDULE,
  POST: RECEIVER,
  GetSecretValue: NONE,
};

export function natureOf(call: ServiceCall): CallNature {
  if (call.operation !== 'UpdateItem') return BY_OPERATION[call.operation] ?? OTHER;
  const { ConditionExpression = '' } = call.input as UpdateItemCommandInput;
  return ConditionExpression === 'ver = :seen' ? CONTENDED : WRITE;
}

const READS = /^(?:Get|BatchGet|Query|Receive)/;
export const isWrite = ({ operation }: ServiceCall): boolean => !READS.test(operation);

type Alteration = (call: ServiceCall, random: () => number) => Promise<unknown>;

/** Faults that let the service do something else than it was asked for, and answer. */
const ALTERATIONS: Partial<Record<FaultKind, Alteration>> = {
  async 'write repeated, so that its condition failed'({ run, input }) {
    await run(input).catch(() => undefined);
    return run(input);
  },
  /** Honestly: it writes what stands there, under the next version. */
  async 'condition failed by another writer'({ run, input }) {
    const { TableName, Key } = input as UpdateItemCommandInput;
    const ExpressionAttributeValues = { ':one': { N: '1' } };
    const UpdateExpression = 'ADD ver :one';
    await run({ TableName, Key, UpdateExpression, ExpressionAttributeValues });
    return run(input);
  },
  'items unprocessed': (call, random) =>
    call.operation === 'BatchGetItem' ? unread(call, random) : unwritten(call, random),
  async 'batch partly refused'({ run, input }, random) {
    const { Entries = [], QueueUrl } = input as SendMessageBatchCommandInput;
    const left = Entries.filter(() => random() < 0.5);
    const taken = Entries.filter((entry) => !left.includes(entry));
    if (taken.length > 0) await run({ QueueUrl, Entries: taken });
    return {
      Successful: taken.map(({ Id }) => ({ Id })),
      Failed: left.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
    };
  },
};

export const alterationsOf = (kind: FaultKind): Alteration | undefined => ALTERATIONS[kind];

const unread: Alteration = async ({ run, input }, random) => {
  const { RequestItems = {} } = input as BatchGetItemCommandInput;
  const [[table = '', { Keys = [], ...rest } = {}] = []] = Object.entries(RequestItems);
  const left = Keys.filter(() => random() < 0.5);
  const answer = await run({
    RequestItems: { [table]: { ...rest, Keys: Keys.filter((key) => !left.includes(key)) } },
  });
  return left.length === 0
    ? answer
    : { ...(answer as object), UnprocessedKeys: { [table]: { ...rest, Keys: left } } };
};

const unwritten: Alteration = async ({ run, input }, random) => {
  const { RequestItems = {} } = input as BatchWriteItemCommandInput;
  const [[table = '', requests = []] = []] = Object.entries(RequestItems);
  const left = requests.filter(() => random() < 0.5);
  const taken = requests.filter((request) => !left.includes(request));
  if (taken.length > 0) await run({ RequestItems: { [table]: taken } });
  return left.length === 0 ? {} : { UnprocessedItems: { [table]: left } };
};
