// Values of an event by their paths, and texts with such paths in double braces. No code, no conditions: the work is
// one look through the data, whatever the text.
import * as z from 'zod';
import { type Event, occurredAtMs } from '../../events/event.ts';
import { type Level, walkJson } from '../../json/walk.ts';
import { isolated, isRightToLeft, MAX_LOOKED_AT } from './text.ts';

const FACTS = ['id', 'type', 'subject', 'time', 'tenant'] as const;
type Fact = (typeof FACTS)[number];

const MAX_DEPTH = 8;
const MAX_PLACEHOLDERS = 20;
const PATH = /^data(\.[A-Za-z0-9_$-]{1,64}){1,8}$/;
const PATH_WORDS = `must be ${FACTS.join(', ')}, or data. and up to ${MAX_DEPTH} names or indexes, such as data.risk.score`;

const isPath = (text: string): boolean => FACTS.some((fact) => fact === text) || PATH.test(text);

export const pathSchema = z.string().refine(isPath, PATH_WORDS);

/** A text that may hold `{{path}}`. */
export function templateSchema(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .superRefine((text, context) => {
      const fault = placeholderFault(text, isPath, `a path ${PATH_WORDS}`);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    });
}

/** @param rule what a name must be, for whoever gave another; undefined if there is no fault */
export function placeholderFault(
  text: string,
  isName: (name: string) => boolean,
  rule: string,
): string | undefined {
  const parts = partsOf(text);
  if (!parts) return 'has {{ without }}';
  const paths = parts.flatMap((part) => ('path' in part ? [part.path] : []));
  const wrong = paths.find((path) => !isName(path));
  if (wrong !== undefined) return `holds {{${wrong.slice(0, 80)}}}: ${rule}`;
  return paths.length > MAX_PLACEHOLDERS
    ? `must hold at most ${MAX_PLACEHOLDERS} placeholders`
    : undefined;
}

type Part = { readonly text: string } | { readonly path: string };

/** Undefined if a placeholder does not end. */
function partsOf(template: string): Part[] | undefined {
  const [first = '', ...rest] = template.split('{{');
  const parts: Part[] = [{ text: first }];
  for (const piece of rest) {
    const end = piece.indexOf('}}');
    if (end < 0) return undefined;
    parts.push({ path: piece.slice(0, end).trim() }, { text: piece.slice(end + 2) });
  }
  return parts;
}

export function pathsIn(template: string): readonly string[] {
  return (partsOf(template) ?? []).flatMap((part) => ('path' in part ? [part.path] : []));
}

/** What is not there is nothing. Where a script from right to left is involved, values keep a direction of their own. */
export function rendered(template: string, values: ReadonlyMap<string, string>): string {
  const isTurned = isRightToLeft(template);
  const shown = (value: string) => (isTurned || isRightToLeft(value) ? isolated(value) : value);
  const parts = partsOf(template) ?? [];
  return parts
    .map((part) => ('path' in part ? shown(values.get(part.path) ?? '') : part.text))
    .join('');
}

/**
 * The values that are there: text without its quotation marks and escapes, all else as it is written in the data, so
 * that no number loses digits. `null` counts as nothing.
 */
export function valuesAt(
  event: Event,
  tenantName: string,
  paths: Iterable<string>,
): ReadonlyMap<string, string> {
  const facts: Record<Fact, () => string | undefined> = {
    id: () => event.id,
    type: () => event.type,
    subject: () => event.subject,
    time: () => new Date(occurredAtMs(event)).toISOString(),
    tenant: () => tenantName,
  };
  const wanted = new Set(paths);
  const values = new Map<string, string>();
  for (const fact of FACTS) {
    const value = wanted.has(fact) ? facts[fact]() : undefined;
    if (value !== undefined) values.set(fact, value);
  }
  if (![...wanted].some((path) => path.startsWith('data.'))) return values;
  walkJson(event.data, {
    value(levels, from, to) {
      if (levels.length === 0 || levels.length > MAX_DEPTH) return;
      const path = pathOf(levels);
      if (!wanted.has(path)) return;
      const value = textOf(event.data.slice(from, to));
      // As JSON.parse has it: of two members of one name, the later.
      if (value === undefined) values.delete(path);
      else values.set(path, value);
    },
  });
  return values;
}

const pathOf = (levels: readonly Level[]): string =>
  `data.${levels.map(({ segment }) => segment).join('.')}`;

function textOf(source: string): string | undefined {
  if (source === 'null') return undefined;
  if (!source.startsWith('"')) return source.slice(0, MAX_LOOKED_AT);
  return String(JSON.parse(source));
}
