// The packages that production code may load, from the lockfile.
import { readFileSync } from 'node:fs';

export interface LockedPackage {
  /** From the repository's root. */
  readonly path: string;
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

type Entry = Lockfile['packages'][string];

function locked(path: string, { version = '', license: licence = 'none' }: Entry): LockedPackage {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return { path, name, version, licence };
}

/** @param name of a package that is at the top of node_modules */
export function lockedPackage(name: string): LockedPackage {
  const path = `node_modules/${name}`;
  return locked(path, readLockfile().packages[path] ?? {});
}

/** By name, each version once. */
export function productionPackages(): LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  for (const [path, entry] of Object.entries(readLockfile().packages)) {
    if (path === '' || entry.dev === true) continue;
    const one = locked(path, entry);
    found.set(`${one.name}@${one.version}`, one);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
