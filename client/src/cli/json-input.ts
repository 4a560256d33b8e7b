// JSON that a command is given: in an option, in a file, or on standard input.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { JsonText } from '../json-text.ts';
import { UsageError } from './command.ts';

/** @param name the file, or `-` for standard input */
export async function readInput(name: string): Promise<string> {
  try {
    return name === '-' ? await text(process.stdin) : await readFile(name, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${name} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** The text as it is, once it is known to be a JSON object. @param where for the fault */
export function objectText(json: string, where: string): JsonText {
  parsedObject(json, where);
  return new JsonText(json.trim());
}

export function parsedObject(json: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  throw new UsageError(`${where} must be a JSON object`);
}
