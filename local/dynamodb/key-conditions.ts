// DynamoDB refuses a query whose key condition compares with an empty string. dynalite answers it; in items and keys, it
// refuses empty strings too.
import { isObject, type JsonObject, textOf } from '../json.ts';

/** @returns why DynamoDB would refuse the request, or undefined */
export function emptyKeyIn(
  operation: string,
  asked: JsonObject,
): { readonly code: string; readonly message: string } | undefined {
  if (operation !== 'Query') return undefined;
  const values = isObject(asked.ExpressionAttributeValues) ? asked.ExpressionAttributeValues : {};
  const compared = textOf(asked.KeyConditionExpression).match(/:\w+/g) ?? [];
  const empty = compared.find((name) => {
    const value = values[name];
    return isObject(value) && value.S === '';
  });
  if (empty === undefined) return undefined;
  const message =
    'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
    `string value: ${empty}`;
  return { code: 'ValidationException', message };
}
