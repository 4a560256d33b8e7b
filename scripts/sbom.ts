// Writes build/sbom.cdx.json: what the functions may hold, as CycloneDX. npm writes it from the lockfile;
// `--omit dev` would also leave out what both we and a development dependency use, so the choice is made here.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.ts';
import { packageName, productionPackages } from './production-packages.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: string[] }[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** npm's own bill of materials of everything in the lockfile. */
function bomOfLockfile(): Bom {
  return JSON.parse(npm(['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], root));
}

export function productionBom(): Bom {
  const bom = bomOfLockfile();
  const kept = new Set(productionPackages().map(({ name, version }) => `${name}@${version}`));
  const self = bom.metadata.component['bom-ref'];
  return {
    ...bom,
    // npm takes the folder's name.
    metadata: { ...bom.metadata, component: { ...bom.metadata.component, name: packageName() } },
    components: bom.components.filter(({ name, version }) => kept.has(`${name}@${version}`)),
    dependencies: bom.dependencies
      .filter(({ ref }) => ref === self || kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((on) => kept.has(on)),
      })),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(`${root}build`, { recursive: true });
  writeFileSync(`${root}build/sbom.cdx.json`, `${JSON.stringify(productionBom(), null, 2)}\n`);
  console.log('build/sbom.cdx.json');
}
