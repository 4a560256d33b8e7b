// The rules of CONTRIBUTING that a linter has no words for, over the paths and texts of the sources.
import { posix } from 'node:path';
import { CORE_PACKAGES, MAY_IMPORT, type Order, TOGETHER } from './order.ts';

export interface Source {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const MAX_FILES_IN_FOLDER = 20;
const MAX_FILES_OF_PREFIX = 2;
const MAX_LINES = 350;
const MAX_HANDLER_LINES = 80;
const MAX_METHODS_OF_PORT = 5;
const NAMELESS = /^(utils?|helpers?|common|misc|types|ports)$/;

/** Every breach, as a sentence that names the file or folder. */
export function breaches(
  sources: readonly Source[],
  orders: Readonly<Record<string, Order>>,
): string[] {
  return [
    ...foldersTooFull(sources),
    ...prefixesTooOften(sources),
    ...sources.flatMap(tooLong),
    ...sources.flatMap(nameless),
    ...sources.flatMap(importedInPlace),
    ...sources.flatMap(portsTooWide),
    ...sources.flatMap(acrossLayers),
    ...sources.flatMap(impure),
    ...sources.flatMap(failedTogether),
    ...Object.entries(orders).flatMap(([layer, order]) => outOfOrder(sources, layer, order)),
  ];
}

function foldersTooFull(sources: readonly Source[]): string[] {
  return [...Map.groupBy(sources, ({ path }) => posix.dirname(path))]
    .filter(([, files]) => files.length > MAX_FILES_IN_FOLDER)
    .map(
      ([folder, files]) => `${folder} has ${files.length} files, at most ${MAX_FILES_IN_FOLDER}`,
    );
}

function prefixesTooOften(sources: readonly Source[]): string[] {
  const prefixOf = ({ path }: Source): string =>
    `${posix.dirname(path)}/${posix.basename(path).split(/[-.]/, 1)[0]}`;
  return [...Map.groupBy(sources, prefixOf)]
    .filter(([, files]) => files.length > MAX_FILES_OF_PREFIX)
    .map(([prefix, files]) => `${prefix}* are ${files.length} files: make them a folder`);
}

function tooLong({ path, text }: Source): string[] {
  const limit = posix.basename(path) === 'handler.ts' ? MAX_HANDLER_LINES : MAX_LINES;
  const lines = text.trimEnd().split('\n').length;
  return lines > limit ? [`${path} has ${lines} lines, at most ${limit}`] : [];
}

function nameless({ path }: Source): string[] {
  const name = posix.basename(path).split('.', 1)[0] ?? '';
  return NAMELESS.test(name) ? [`${path} is not named after what it is about`] : [];
}

/** Biome looks for circles among import statements only. */
function importedInPlace({ path, text }: Source): string[] {
  return /\btypeof import\(|\bimport\([^)]*\)\.[A-Z]/.test(text)
    ? [`${path} imports a type without an import statement`]
    : [];
}

/** Of core only: what a rule needs from outside is narrow. A contract is no port, but a kind of its own. */
function portsTooWide({ path, text }: Source): string[] {
  if (!path.startsWith('lambdas/core/') || path.startsWith('lambdas/core/contracts/')) return [];
  return [...text.matchAll(/^(?:export )?(?:interface|type) (\w+)[^{;]*\{\n(.*?)^\}/gms)].flatMap(
    ([, name, body = '']) => {
      const methods =
        body.match(/^ {2}(readonly )?\w+\??(<[^(]*>)?(\(|: (<[^(]*>)?\()/gm)?.length ?? 0;
      return methods > MAX_METHODS_OF_PORT
        ? [`${name} of ${path} has ${methods} methods, at most ${MAX_METHODS_OF_PORT}`]
        : [];
    },
  );
}

function outOfOrder(sources: readonly Source[], layer: string, order: Order): string[] {
  const ranks = new Map(order.flatMap((entry, rank) => [entry].flat().map((name) => [name, rank])));
  const entryOf = (path: string): string | undefined => {
    if (!path.startsWith(`${layer}/`)) return undefined;
    const [first = '', ...rest] = path.slice(layer.length + 1).split('/');
    return rest.length > 0 ? `${first}/` : first.replace(/\.tsx?$/, '');
  };
  return sources.flatMap(({ path, text }) => {
    const own = entryOf(path);
    if (own === undefined) return [];
    const rank = ranks.get(own);
    if (rank === undefined)
      return [`${own} of ${layer} has no place in test/architecture/order.ts`];
    return importsOf(path, text).flatMap((target) => {
      const other = entryOf(target);
      if (other === undefined || other === own) return [];
      const theirs = ranks.get(other);
      return theirs !== undefined && theirs < rank
        ? []
        : [`${path} imports ${target}, against the order of ${layer}`];
    });
  });
}

function acrossLayers({ path, text }: Source): string[] {
  const layers = Object.keys(MAY_IMPORT).filter((start) => path.startsWith(start));
  const [layer] = layers.sort((a, b) => b.length - a.length);
  if (layer === undefined) return [];
  return importsOf(path, text)
    .filter((target) => !MAY_IMPORT[layer]?.some((start) => target.startsWith(start)))
    .map((target) => `${path} imports ${target}, and ${layer} may not`);
}

function impure({ path, text }: Source): string[] {
  if (!path.startsWith('lambdas/core/')) return [];
  return specifiersIn(text)
    .filter((name) => !name.startsWith('.') && !CORE_PACKAGES.includes(name))
    .map(
      (name) => `${path} imports ${name}, which test/architecture/order.ts does not list for core`,
    );
}

/** A write that is under way while its request is answered as failed may be repeated beside itself. */
function failedTogether({ path, text }: Source): string[] {
  const isMeant = path.startsWith('lambdas/') && !TOGETHER.includes(path);
  return isMeant && /\bPromise\.all\(/.test(text)
    ? [`${path} may reject with work under way: use inParallel, or say so in order.ts`]
    : [];
}

/** What is loaded on demand (`#on-demand/...`) is no import of its place in the order: see ADR 0015. */
function importsOf(path: string, text: string): string[] {
  return specifiersIn(text)
    .filter((name) => /^\..*\.m?[jt]sx?$/.test(name))
    .map((name) => posix.join(posix.dirname(path), name));
}

const IMPORTS =
  /(?:\bfrom|\bimport|\bimport\(|\brequire\(|\bnew URL\()\s*(?:\/\*[^*]*\*\/\s*)?(['"`])([^'"`\n]+)\1/g;

function specifiersIn(text: string): string[] {
  // Comments may quote imports.
  const code = text.replaceAll(/^\s*(\/\/|\*|\/\*\*).*$/gm, '');
  return [...code.matchAll(IMPORTS)].map(([, , name = '']) => name);
}
