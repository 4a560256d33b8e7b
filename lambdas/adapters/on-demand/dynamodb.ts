// DynamoDB by the SDK's client: loaded when a direct call failed, see aws/direct-calls.ts.
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDb, DynamoDbOperations } from '../aws/dynamodb/calls.ts';
import { callsBySdk } from './sdk-calls.ts';

export const createDynamoDbBySdk = (config: DynamoDBClientConfig): DynamoDb =>
  dynamoDbBySdk(new DynamoDBClient(config));

export function dynamoDbBySdk(client: DynamoDBClient): DynamoDb {
  return callsBySdk<DynamoDbOperations>(client, {
    BatchGetItem: BatchGetItemCommand,
    BatchWriteItem: BatchWriteItemCommand,
    DeleteItem: DeleteItemCommand,
    GetItem: GetItemCommand,
    PutItem: PutItemCommand,
    Query: QueryCommand,
    UpdateItem: UpdateItemCommand,
  });
}
