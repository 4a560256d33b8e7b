// What comes from others: exact versions, known licences, no install scripts but one, and a bill of materials.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALLOWED_LICENCES, licencesPage } from '../../scripts/licences.ts';
import { productionPackages } from '../../scripts/production-packages.ts';
import { productionBom } from '../../scripts/sbom.ts';
import { noticedPackages, thirdPartyNotices } from '../../scripts/third-party-notices.ts';

const read = (path: string) =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');
const manifest = JSON.parse(read('package.json'));
const lockfile = JSON.parse(read('package-lock.json'));
const direct: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };

describe('versions', () => {
  it.each(Object.entries(direct))('of %s is exact: %s', (_, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
  });

  it('in the lockfile are those of package.json', () => {
    const root = lockfile.packages[''];
    expect(root.dependencies).toEqual(manifest.dependencies);
    expect(root.devDependencies).toEqual(manifest.devDependencies);
    for (const [name, version] of Object.entries(direct)) {
      expect([name, lockfile.packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    }
  });

  it('are locked with a checksum, but for what came inside of another package', () => {
    for (const [path, entry] of Object.entries<Record<string, unknown>>(lockfile.packages)) {
      if (path === '' || entry.inBundle === true || entry.link === true) continue;
      expect([path, entry.integrity]).toEqual([path, expect.stringMatching(/^sha512-/)]);
    }
  });
});

describe('licences', () => {
  it.each(productionPackages())('of $name $version is allowed: $licence', ({ name, licence }) => {
    expect(ALLOWED_LICENCES).toContain(licence);
    const installed = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    if (!existsSync(installed)) return;
    expect(JSON.parse(readFileSync(installed, 'utf8')).license).toBe(licence);
  });

  it('are listed in docs/licences.md; npm run licences writes it', () => {
    expect(read('docs/licences.md')).toBe(licencesPage());
  });
});

describe('the notices of what the bundles hold', () => {
  const notices = thirdPartyNotices();

  it.each(noticedPackages())(
    'name $name $version, with its copyright',
    ({ name, version, path, licence }) => {
      expect(notices).toContain(`\n${name} ${version} (${licence})\n`);
      const files = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'NOTICE']
        .filter((file) => existsSync(new URL(`../../${path}/${file}`, import.meta.url)))
        .map((file) => read(`${path}/${file}`).trim());
      for (const text of files) expect(notices).toContain(text);
      expect(files.length > 0 || licence === 'Apache-2.0').toBe(true);
    },
  );

  it('name the viewer, and what is in its bundle', () => {
    expect(notices).toContain('SmartBear Software Inc.');
    expect(notices).toContain('react');
  });
});

describe('install scripts', () => {
  it('of every package that has one are allowed or denied; Node alone needs its own', () => {
    const withScripts = Object.entries<{ hasInstallScript?: boolean }>(lockfile.packages)
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(withScripts.sort()).toEqual(Object.keys(manifest.allowScripts).sort());
    const allowed = Object.keys(manifest.allowScripts).filter(
      (name) => manifest.allowScripts[name],
    );
    expect(allowed).toEqual(['node']);
  });

  it('are none of what production code loads', () => {
    for (const { name } of productionPackages()) {
      expect(lockfile.packages[`node_modules/${name}`]?.hasInstallScript).toBeUndefined();
    }
  });
});

describe('npm run sbom', () => {
  const bom = JSON.parse(JSON.stringify(productionBom()));

  it('is CycloneDX of this package', () => {
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: expect.stringMatching(/^1\.\d$/),
      version: expect.any(Number),
      serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    });
    expect(bom.metadata.component).toMatchObject({
      name: 'posthorn',
      version: manifest.version,
      purl: `pkg:npm/posthorn@${manifest.version}`,
    });
  });

  it('names every package that production code may load, and no other, with checksum and licence', () => {
    const named = bom.components.map(
      ({ name, version }: { name: string; version: string }) => `${name}@${version}`,
    );
    const wanted = productionPackages().map(({ name, version }) => `${name}@${version}`);
    expect(named.sort()).toEqual(wanted.sort());
    for (const component of bom.components) {
      expect(component).toMatchObject({
        type: 'library',
        purl: expect.stringMatching(/^pkg:npm\//),
        hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
        licenses: [{ license: { id: expect.any(String) } }],
      });
    }
  });

  it('says who needs whom, and all are reached from this package', () => {
    const graph = new Map<string, string[]>(
      bom.dependencies.map(({ ref, dependsOn }: { ref: string; dependsOn: string[] }) => [
        ref,
        dependsOn,
      ]),
    );
    const reached = new Set<string>();
    const visit = (ref: string): void => {
      if (reached.has(ref)) return;
      reached.add(ref);
      for (const next of graph.get(ref) ?? []) visit(next);
    };
    visit(bom.metadata.component['bom-ref']);
    const refs = bom.components.map((component: { 'bom-ref': string }) => component['bom-ref']);
    expect(refs.filter((ref: string) => !reached.has(ref))).toEqual([]);
  });
});
