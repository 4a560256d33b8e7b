// THIRD-PARTY-NOTICES: licences and notices of the packages whose code is in the functions' bundles. Whoever passes the
// bundles on has to pass these on, too.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LockedPackage, lockedPackage, productionPackages } from './production-packages.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = 'THIRD-PARTY-NOTICES';
const LEGAL = /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i;
/** What webpack put into it. */
const VIEWER_LEGAL = 'swagger-ui-bundle.js.LICENSE.txt';

/** All that production code may load, and the viewer that lib/viewer/copy.ts puts beside a bundle. */
export function noticedPackages(): LockedPackage[] {
  return [...productionPackages(), lockedPackage('swagger-ui-dist')];
}

function legalTextOf({ name, path, licence }: LockedPackage): string {
  const folder = join(ROOT, path);
  const files = readdirSync(folder).filter((file) => LEGAL.test(file) || file === VIEWER_LEGAL);
  if (files.length > 0) return files.map((file) => readText(join(folder, file))).join('\n\n');
  // The text is the same for all of its works.
  if (licence === 'Apache-2.0') return readText(join(ROOT, 'LICENSE'));
  throw new Error(`${name} has no file with its licence, ${licence}`);
}

const readText = (path: string) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim();

/** @returns each text once, under the packages that have it */
export function thirdPartyNotices(): string {
  const byText = Map.groupBy(noticedPackages(), legalTextOf);
  const parts = [...byText].map(([text, packages]) => {
    const names = packages.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${'='.repeat(80)}\n${names.join('\n')}\n${'='.repeat(80)}\n\n${text}\n`;
  });
  return `The functions of Posthorn contain code of these packages.\n\n${parts.join('\n')}`;
}

export function writeNoticesInto(folder: string): void {
  writeFileSync(join(folder, FILE), thirdPartyNotices());
}
