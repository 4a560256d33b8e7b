// DynamoDB's JSON: the SDK's attribute values, with bytes as base64. Our items have no sets of bytes.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html

/** @param input of a command of the SDK */
export function encodeInput(input: object): string {
  return JSON.stringify(withBase64(input));
}

/** @returns the output as the SDK gives it */
export function decodeOutput(json: string): object {
  const output: object = JSON.parse(json);
  takeBytesIn(output);
  return output;
}

/** A copy with bytes as base64. */
function withBase64(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  }
  if (Array.isArray(value)) return value.map(withBase64);
  const copy: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) copy[name] = withBase64(entry);
  return copy;
}

/** Only an attribute value has a string under `B`: an attribute named `B` is an object. */
function takeBytesIn(value: object): void {
  if ('B' in value && typeof value.B === 'string') value.B = Buffer.from(value.B, 'base64');
  for (const entry of Object.values(value)) {
    if (typeof entry === 'object' && entry !== null && !(entry instanceof Uint8Array)) {
      takeBytesIn(entry);
    }
  }
}
