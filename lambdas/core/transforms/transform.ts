// A transformation of the data of an endpoint’s events: the setting, and what a delivery is bound to.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { sampleText } from '../json/source.ts';
import type { Scope } from '../scope.ts';
import { inexactNumbersIn } from './exact-numbers.ts';
import { isObject } from './values.ts';

export const LANGUAGES = ['jsonata'] as const;
/** In bytes of UTF-8. */
export const MAX_SOURCE_BYTES = 2048;

export const transformSchema = z
  .strictObject({
    language: z.enum(LANGUAGES),
    source: z
      .string()
      .min(1)
      .refine(
        (source) => Buffer.byteLength(source) <= MAX_SOURCE_BYTES,
        `must have at most ${MAX_SOURCE_BYTES} bytes`,
      )
      .meta({ maxLength: MAX_SOURCE_BYTES }),
    // As it was read: its source text is found by it.
    sample: z.custom<object>(isObject, 'must be a JSON object').optional().meta({
      type: 'object',
      description: 'Data of an event; not kept, only checked for what would be lost.',
    }),
    version: z.string().max(64).optional().meta({ description: 'As it was shown; not read.' }),
  })
  .meta({ id: 'TransformInput' });
export type TransformInput = z.output<typeof transformSchema>;

/** As it is stored. */
export interface Transform {
  readonly language: (typeof LANGUAGES)[number];
  readonly source: string;
  /** Derived from language and source: the same text is the same version. */
  readonly version: string;
  /** Of the sample that came with it: where numbers are that lose digits. */
  readonly inexact?: readonly string[];
}

/** In the place of a version: a delivery that is bound to the data as it was posted. */
export const AS_POSTED = 'none';

interface Bound {
  readonly transformVersion?: string;
}

/** The version that a delivery is bound to, if it is one that transforms. */
export function boundVersion({ transformVersion }: Bound): string | undefined {
  return transformVersion === AS_POSTED ? undefined : transformVersion;
}

export function keptTransform(
  given: TransformInput | undefined,
  { before }: { readonly before?: { readonly transform?: Transform } | undefined },
): Transform | undefined {
  if (!given) return undefined;
  const { language, source, sample } = given;
  const inexact = sample
    ? inexactNumbersIn(sampleText(sample), { isSample: true })
    : (before?.transform?.inexact ?? []);
  return {
    language,
    source,
    version: versionOf(given),
    ...(inexact.length > 0 ? { inexact } : {}),
  };
}

/** As answers show it. */
export const shownTransformSchema = z
  .strictObject({
    language: z.enum(LANGUAGES),
    source: z.string(),
    version: z
      .string()
      .meta({ description: 'Derived from the source: the same source is the same version.' }),
  })
  .meta({ id: 'Transform' });

export function shownTransform({ language, source, version }: Transform) {
  return { language, source, version };
}

export interface TransformVersions {
  /** Kept for as long as the tenant is: a delivery may name it at any time. */
  keepTransform(scope: Scope, transform: TransformVersion): Promise<void>;
  findTransform(scope: Scope, version: string): Promise<TransformVersion | undefined>;
  /** Removes up to so many. @returns how many there were */
  removeTransforms(scope: Scope, limit: number): Promise<number>;
}
export type TransformVersion = Pick<Transform, 'language' | 'source' | 'version'>;

export function versionOf({ language, source }: Pick<Transform, 'language' | 'source'>): string {
  return createHash('sha256').update(`${language}\n${source}`).digest('base64url').slice(0, 22);
}
