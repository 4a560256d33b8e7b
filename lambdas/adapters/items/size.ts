// What an item weighs: writes are billed by the kilobyte.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../aws/dynamodb/client.ts';

const UNIT_BYTES = 1024;

/** As DynamoDB's guide has it ("DynamoDB item sizes and formats"): names, values, 3 bytes and 1 for each element of lists. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += name.length + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  // A byte for two digits, one for the sign, and one more.
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 2;
  if (value.B !== undefined) return value.B.byteLength;
  if (value.L !== undefined) return value.L.reduce((sum, one) => sum + 1 + valueBytes(one), 3);
  return 1;
}

export const writeUnits = (item: Item): number => Math.ceil(itemBytes(item) / UNIT_BYTES);

export function isAsCheap(item: Item, other: Item): boolean {
  return writeUnits(item) <= writeUnits(other);
}
