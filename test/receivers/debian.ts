// Debian's packages, for languages that the machine lacks.
import { run, works } from './toolchain.ts';

/** Whether `installPackages` can bring them. */
export const canInstall = (): boolean => works('apt-get', '--version') && process.getuid?.() === 0;

/** @throws if it fails */
export function installPackages(...names: readonly string[]): void {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '--quiet'], { env });
  run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...names], { env });
}
