// The stack with settings of a test's own, synthesized as `npm start` does it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @returns the assembly's folder, made in `folder` */
export function assemblyWith(posthorn: object, folder: string): string {
  const outdir = join(folder, 'assembly');
  execFileSync(process.execPath, [join('bin', 'posthorn.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ posthorn }),
    },
    stdio: 'pipe',
  });
  return outdir;
}
