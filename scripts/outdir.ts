// Where an app is synthesized for its bundles alone: always as deep in the repository. Source maps hold paths from the
// bundle to its sources, and would otherwise say where the repository and the folder for temporary files are.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../build', import.meta.url));

/** @param work with the folder, which is removed after it */
export function inOutdir(work: (outdir: string) => void): void {
  mkdirSync(BUILD, { recursive: true });
  const outdir = mkdtempSync(join(BUILD, 'outdir-'));
  try {
    work(outdir);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
