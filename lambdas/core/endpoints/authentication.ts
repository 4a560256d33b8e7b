// Headers that authenticate Posthorn to a receiver: bearer, basic, or any name. Their values are stored sealed, and
// masked in answers.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { headerNameSchema, headerValueSchema } from '../headers/names.ts';
import { type Fault, pointer } from '../problem.ts';
import { isMasked, maskSecret } from '../signing/secret.ts';

const MAX_AUTHENTICATIONS = 3;
/** A shorter value shows nothing of itself. */
const MIN_SHOWN_LENGTH = 24;

const credential = headerValueSchema.min(1, 'must not be empty');

/** Patterns without flags, because the OpenAPI document shows them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what they refuse
const USER_NAME = /^[^:\u0000-\u001f\u007f-\u009f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const PASSWORD = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const authenticationSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('bearer'), token: credential }),
    z.strictObject({
      type: z.literal('basic'),
      /** RFC 7617: a colon ends the name. */
      username: z
        .string()
        .max(256)
        .regex(USER_NAME, 'must not contain colons or control characters'),
      password: z.string().max(1024).regex(PASSWORD, 'must not contain control characters'),
    }),
    z.strictObject({ type: z.literal('header'), name: headerNameSchema, value: credential }),
  ])
  .meta({ id: 'AuthenticationInput' });
export type Authentication = z.infer<typeof authenticationSchema>;

export const authenticationsSchema = z
  .array(authenticationSchema)
  .max(MAX_AUTHENTICATIONS, `must be at most ${MAX_AUTHENTICATIONS}`);

/** As it is kept: the header's name and its sealed value, and what answers show of it. */
export interface SealedAuthentication {
  readonly name: string;
  readonly sealedValue: string;
  readonly shown: Readonly<Record<string, string>>;
  /** The template that it came from, whose place it was sealed for. */
  readonly sealedFor?: string;
}

/** The header that an authentication is sent as. */
export function headerOf(given: Authentication): readonly [name: string, value: string] {
  switch (given.type) {
    case 'bearer':
      return ['Authorization', `Bearer ${given.token}`];
    case 'basic': {
      const pair = Buffer.from(`${given.username}:${given.password}`, 'utf8').toString('base64');
      return ['Authorization', `Basic ${pair}`];
    }
    case 'header':
      return [given.name, given.value];
    default:
      return given satisfies never;
  }
}

export function shownOf(given: Authentication): Readonly<Record<string, string>> {
  switch (given.type) {
    case 'bearer':
      return { type: given.type, token: maskedCredential(given.token) };
    case 'basic':
      return {
        type: given.type,
        username: given.username,
        password: maskedCredential(given.password),
      };
    case 'header':
      return { type: given.type, name: given.name, value: maskedCredential(given.value) };
    default:
      return given satisfies never;
  }
}

/** A credential as it is shown: its last four characters, if it is long enough to spare them. */
export function maskedCredential(value: string): string {
  return maskSecret(value.length < MIN_SHOWN_LENGTH ? '' : value);
}

/**
 * Values in the form of a mask that stand for nothing kept: an answer that was changed, or sent back for another
 * endpoint. They would be taken for the credentials themselves.
 */
export function maskedFaults(
  asked: unknown,
  kept: readonly SealedAuthentication[] = [],
): readonly Fault[] {
  const given: readonly unknown[] = Array.isArray(asked) ? asked : [];
  return given.flatMap((one, index) => {
    if (kept.some(({ shown }) => isDeepStrictEqual(shown, one))) return [];
    const masked = Object.entries(Object(one)).filter(([, value]) => isMasked(value));
    return masked.map(([name]) => ({
      path: pointer(['authentication', index, name]),
      message: 'is a masked value, as answers show it: send the credential itself',
    }));
  });
}
