// Calls of a function to the services that it reaches: what each is named, and what it is about.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { queueIn } from '../memory/sqs.ts';

export const SERVICES = [
  'dynamodb',
  'sqs',
  'scheduler',
  'secretsmanager',
  'lambda',
  'receiver',
] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ServiceCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: object;
  /** Lets the service do it, with this input or another one. */
  run(input: object): Promise<unknown>;
}

interface Keyed {
  readonly pk?: AttributeValue;
  readonly sk?: AttributeValue;
}

/** Where a call goes: a table, a queue, or the service. */
export function targetOf({ service, input }: ServiceCall): string {
  if (service === 'sqs')
    return `queue ${queueIn('QueueUrl' in input ? String(input.QueueUrl) : '')}`;
  if (service !== 'dynamodb') return service;
  const requests = 'RequestItems' in input ? Object.keys(Object(input.RequestItems))[0] : undefined;
  return `table ${requests ?? ('TableName' in input ? input.TableName : '')}`;
}

/** A call site of a function: `dynamodb PutItem d`. Partitions are named without ids and shards. */
export function siteOf(call: ServiceCall): string {
  const { service, operation } = call;
  if (service === 'sqs') return `${service} ${operation} ${targetOf(call).slice('queue '.length)}`;
  if (service !== 'dynamodb') return `${service} ${operation}`;
  return `${service} ${operation} ${kindOf(partitionIn(call.input))}`;
}

function partitionIn(input: object): string {
  const given = input as {
    readonly Key?: Keyed;
    readonly Item?: Keyed;
    readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
    readonly RequestItems?: Readonly<Record<string, unknown>>;
  };
  const single = given.Key ?? given.Item;
  if (single) return `${single.pk?.S}${single.sk?.S === '#version' ? '#version' : ''}`;
  const values = given.ExpressionAttributeValues;
  if (values) return values[':wk'] ? 'work' : (values[':pk']?.S ?? '');
  const [requests] = Object.values(given.RequestItems ?? {});
  const list = Array.isArray(requests) ? requests : (Object(requests).Keys ?? []);
  const [first] = list;
  return (first?.PutRequest?.Item ?? first)?.pk?.S ?? '';
}

const kindOf = (partition: string): string => {
  const parts = partition.split('#').map((part) => part.replace(/\d+$/, ''));
  // A dedupe key's hash comes last; a wake-up's shard does.
  if (parts.at(-2) === 'k') return 'dedupe';
  if (parts[0] === 'wake') return 'wake';
  return parts.at(-1) ?? '';
};

const IDS = /\b(?:evt|ep)_[0-9a-z]{26}\b/g;

/** The ids of events and endpoints that a call speaks of. */
export function idsIn({ input }: ServiceCall): ReadonlySet<string> {
  return new Set(JSON.stringify(input).match(IDS) ?? []);
}

/** `<event id or *>|<endpoint id or *>`: which delivery, or all of an event or an endpoint. */
export type Subject = string;

/** What a message is about, read from its text alone. */
export function subjectOf(text: string): Subject {
  const event = /\bevt_[0-9a-z]{26}\b/.exec(text)?.[0] ?? '*';
  return `${event}|${/\bep_[0-9a-z]{26}\b/.exec(text)?.[0] ?? '*'}`;
}
