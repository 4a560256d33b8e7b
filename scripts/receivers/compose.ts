// Joins the parts of a server into one file: its head, the imports of all parts, and the rest of each part.
import { readFileSync } from 'node:fs';
import { ENVIRONMENT, WAYS, type Way } from './ways.ts';

export interface Language {
  readonly name: string;
  /** Of its parts, beside this file: `<way>`, `<framework>`, and what they share. */
  readonly folder: string;
  /** With its dot. */
  readonly extension: string;
  /** The first line of a file, where the language wants one. */
  readonly opening?: string;
  /** Where files may be read as ASCII, as Ruby and Java do in a container without a locale. */
  readonly isAscii?: boolean;
  /** Begins each line of the head. */
  readonly comment: string;
  readonly frameworks: readonly Framework[];
  readonly ways: Readonly<Record<Way, Needs>>;
  /** Lines for the head. */
  install(packages: readonly string[]): readonly string[];
  run(file: string, framework: Framework): readonly string[];
  /** A line that imports something, and one that imports another part. */
  readonly isImport: RegExp;
  readonly isOfPart: RegExp;
  /** The imports of all parts, merged and sorted. */
  imports(lines: readonly string[]): string;
  /** What else a part has for itself only. */
  strip(text: string): string;
  /** Before a part. */
  space(part: string): string;
}

export interface Needs {
  /** Parts before the way's own, in their order. */
  readonly needs: readonly string[];
  /** To install. */
  readonly packages: readonly string[];
  /** What may verify instead of the server's own code. */
  readonly instead?: readonly string[];
}

export interface Framework {
  /** Of its part. */
  readonly name: string;
  readonly title: string;
  /** Of the server: no module that it imports may have this name. */
  readonly file: string;
  /** What else is to copy, under docs/receivers. */
  readonly beside?: string;
  readonly packages: readonly string[];
}

/** What all servers of a language share, after what tells genuine deliveries from others. */
const INBOX = 'inbox';

export function compose(language: Language, way: Way, framework: Framework): string {
  const { needs } = language.ways[way];
  const parts = [...needs, way, INBOX, framework.name].map((name) => partOf(language, name));
  const lines = parts.map((part) => part.split('\n'));
  const imports = lines
    .flat()
    .filter((line) => language.isImport.test(line) && !language.isOfPart.test(line));
  const rest = lines.map((own) =>
    language.strip(own.filter((line) => !language.isImport.test(line)).join('\n')).trim(),
  );
  const top = [language.opening, headOf(language, way, framework)].filter(Boolean).join('\n');
  const head = [top, language.imports(imports)].filter(Boolean).join('\n\n');
  const text = `${head}${rest.map((part) => language.space(part) + part).join('')}\n`;
  return language.isAscii ? text.replaceAll('’', "'") : text;
}

const partOf = ({ folder, extension }: Language, name: string): string =>
  readFileSync(new URL(`${folder}/${name}${extension}`, import.meta.url), 'utf8');

function headOf(language: Language, way: Way, framework: Framework): string {
  const { about, environment, says } = WAYS[way];
  const said: Readonly<Record<string, string>> = { ...ENVIRONMENT, ...says };
  const packages = [...framework.packages, ...language.ways[way].packages];
  const names = [...new Set([...environment, ...Object.keys(says), 'PORT', 'INBOX'])];
  const width = Math.max(...names.map((name) => name.length));
  return [
    `Receives deliveries of ${about}, with ${framework.title}.`,
    'Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.',
    '',
    ...language.install(packages).map((line) => `  ${line}`),
    ...language.run(framework.file, framework).map((line) => `  ${line}`),
    '',
    'Environment:',
    ...names.map((name) => `  ${name.padEnd(width)}  ${said[name]}`),
  ]
    .map((line) => `${language.comment} ${line}`.trimEnd())
    .join('\n');
}
