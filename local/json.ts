// JSON as the template and the wire protocols have it, with the few questions this folder asks of it.

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text as a JSON object; what is not JSON, or not an object, is an empty one. */
export function parseObject(text: string): JsonObject {
  try {
    const value: Json = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A field that CloudFormation lets be one thing or a list of them. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
