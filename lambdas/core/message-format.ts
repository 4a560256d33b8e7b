// What the messages of all queues share: the version of their format, and the check of it.
import * as z from 'zod';
import { MalformedMessageError, NewerVersionError } from './errors.ts';
import { ENVIRONMENTS } from './scope.ts';

/** What this code writes, and the newest that it reads; a message without a version is of the first. */
export const VERSION = 1;

export const versionSchema = z.int().min(1).max(VERSION).default(1);

const newerSchema = z.looseObject({ v: z.int().gt(VERSION) });

export const scopeShape = { tn: z.string(), env: z.enum(ENVIRONMENTS) };

export function decode<T>(queue: string, body: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    const newer = newerVersionOf(body);
    if (newer !== undefined) throw new NewerVersionError(`a message on ${queue}`, newer, VERSION);
    throw new MalformedMessageError(queue, error);
  }
}

/** Such a message is not malformed: it is only too new for this code. */
function newerVersionOf(body: string): number | undefined {
  try {
    return newerSchema.safeParse(JSON.parse(body)).data?.v;
  } catch {
    return undefined;
  }
}
