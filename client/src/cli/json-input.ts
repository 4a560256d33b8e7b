// JSON that a command is given: in an option, in a file, or on standard input. It arrives as it is, or not at all.
import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { JsonText, membersOf, repeatedName } from '../json-text.ts';
import { UsageError } from './command.ts';

/** A pipe that nobody closes would be waited for without a word. */
const WAIT_MS = 3_000;

/** @param name the file, or `-` for standard input */
export async function readInput(name: string): Promise<string> {
  let bytes: Uint8Array;
  const waiting = setTimeout(
    () => process.stderr.write(`posthorn: waiting for ${name}\n`),
    WAIT_MS,
  );
  try {
    bytes = name === '-' ? await buffer(process.stdin) : await readFile(name);
  } catch (error) {
    throw new UsageError(
      `${name} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    clearTimeout(waiting);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.startsWith('\ufeff')) return text;
  } catch {
    throw new UsageError(`${name} is not UTF-8`);
  }
  throw new UsageError(`${name} begins with a byte order mark: save it as UTF-8 without one`);
}

/** Whether something is put into this process, and no person is there to type. `/dev/null` is nothing. */
export function hasPipe(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
  } catch {
    return false;
  }
}

/** The text as it is, once it is known to be a JSON object. @param where for the fault */
export function objectText(json: string, where: string): JsonText {
  parsedObject(json, where);
  return new JsonText(json.trim());
}

export function parsedObject(json: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where} must be a JSON object`);
  }
  const repeated = repeatedName(json.trim());
  if (repeated !== undefined) {
    throw new UsageError(`${where} has ${JSON.stringify(repeated)} twice in one object`);
  }
  return { ...value };
}

/** An object whose members go on as they are written. */
export function exactObject(json: string, where: string): Record<string, unknown> {
  parsedObject(json, where);
  const members = membersOf(json.trim());
  return Object.fromEntries(members.map(([name, text]) => [name, new JsonText(text)]));
}
