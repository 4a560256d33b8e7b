// Writes the servers of docs/receivers/servers, and the tables of them in docs/receivers.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compose } from './compose.ts';
import { LANGUAGES } from './languages/all.ts';
import { WAY_NAMES, type Way } from './ways.ts';

const DOCS = path.join(import.meta.dirname, '../../docs/receivers');
export const SERVERS = path.join(DOCS, 'servers');
const TABLE = /(<!-- servers -->\n)[\s\S]*?(<!-- end of servers -->)/;

/** Each file by its path under docs/receivers, as it should be. */
export function filesOf(): Map<string, string> {
  const files = new Map<string, string>();
  for (const way of WAY_NAMES) {
    const page = readFileSync(path.join(DOCS, `${way}.md`), 'utf8');
    files.set(`${way}.md`, page.replace(TABLE, `$1\n${tableOf(way)}\n\n$2`));
    for (const language of LANGUAGES) {
      for (const framework of language.frameworks) {
        files.set(`servers/${way}/${framework.file}`, compose(language, way, framework));
      }
    }
  }
  return files;
}

function tableOf(way: Way): string {
  const rows = LANGUAGES.map(({ name, frameworks, ways }) => {
    const links = frameworks.map(({ title, file, beside }) =>
      [
        `[${title}](servers/${way}/${file})`,
        ...(beside ? [`[${path.basename(beside)}](${beside})`] : []),
      ].join(' with '),
    );
    const { packages, instead = [] } = ways[way];
    const own = packages.length === 0 ? ['none: the language’s own'] : quoted(packages);
    const libraries = instead.length === 0 ? own : [...own, `or ${quoted(instead).join(', ')}`];
    return `| ${name} | ${links.join(', ')} | ${libraries.join(', ')} |`;
  });
  return [
    '| language | complete servers | libraries that verify |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

const quoted = (names: readonly string[]): string[] => names.map((name) => `\`${name}\``);

/** The same of what is there. */
export function textThere(): Map<string, string> {
  const files = WAY_NAMES.flatMap((way) => [
    `${way}.md`,
    ...readdirSync(path.join(SERVERS, way)).map((file) => `servers/${way}/${file}`),
  ]);
  return new Map(files.map((file) => [file, readFileSync(path.join(DOCS, file), 'utf8')]));
}

if (import.meta.main) {
  rmSync(SERVERS, { recursive: true, force: true });
  for (const [file, text] of filesOf()) {
    const target = path.join(DOCS, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
