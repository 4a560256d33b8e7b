// What we ask of DynamoDB: operations on items, by their names, with inputs and outputs as the SDK has them.
import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Calls, Operation } from '../direct-calls.ts';

export interface DynamoDbOperations {
  BatchGetItem: Operation<BatchGetItemCommandInput, BatchGetItemCommandOutput>;
  BatchWriteItem: Operation<BatchWriteItemCommandInput, BatchWriteItemCommandOutput>;
  DeleteItem: Operation<DeleteItemCommandInput, DeleteItemCommandOutput>;
  GetItem: Operation<GetItemCommandInput, GetItemCommandOutput>;
  PutItem: Operation<PutItemCommandInput, PutItemCommandOutput>;
  Query: Operation<QueryCommandInput, QueryCommandOutput>;
  UpdateItem: Operation<UpdateItemCommandInput, UpdateItemCommandOutput>;
}

export type DynamoDb = Calls<DynamoDbOperations>;

/** The name of the error of a conditional write whose condition did not hold. */
export const CONDITION_FAILED = 'ConditionalCheckFailedException';

type OfOneTable = Exclude<keyof DynamoDbOperations, 'BatchGetItem' | 'BatchWriteItem'>;

/** A table: calls about it alone need not name it. */
export interface Table {
  readonly name: string;
  readonly client: DynamoDb;
  call<O extends OfOneTable>(
    operation: O,
    input: Omit<DynamoDbOperations[O]['input'], 'TableName'>,
    signal?: AbortSignal,
  ): Promise<DynamoDbOperations[O]['output']>;
}

export function tableOf(client: DynamoDb, name: string): Table {
  return {
    name,
    client,
    call: (operation, input, signal) =>
      client.call(
        operation,
        { ...input, TableName: name } as typeof input & { TableName: string },
        signal,
      ),
  };
}
