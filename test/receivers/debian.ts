// Debian's packages, for languages that the machine lacks.
import { run, works } from './toolchain.ts';

/** Whether `installPackages` may bring them: on build servers, and to nobody else's machine. */
export const canInstall = (): boolean =>
  process.env.CI === 'true' && process.getuid?.() === 0 && works('apt-get', '--version');

/** @throws if it fails */
export function installPackages(...names: readonly string[]): void {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '--quiet'], { env });
  run('apt-get', ['install', '--yes', '--quiet', '--no-install-recommends', ...names], { env });
}
