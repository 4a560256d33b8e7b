// The packages that production code may load, from the lockfile.
import { readFileSync } from 'node:fs';

interface ProductionPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX, as the package says it. */
  readonly licence: string;
}

interface Lockfile {
  readonly name: string;
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

function readLockfile(): Lockfile {
  return JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
}

export function packageName(): string {
  return readLockfile().name;
}

/** By name, each version once. */
export function productionPackages(): ProductionPackage[] {
  const found = new Map<string, ProductionPackage>();
  for (const [path, { version = '', license = 'none', dev }] of Object.entries(
    readLockfile().packages,
  )) {
    if (path === '' || dev === true) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${version}`, { name, version, licence: license });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
