import { php as language } from '../../../scripts/receivers/languages/php.ts';
import { canInstall, installPackages } from '../debian.ts';
import { serverOf, type Toolchain, works } from '../toolchain.ts';

const isThere = () =>
  works('php', '-r', 'exit(extension_loaded("sodium") && extension_loaded("pcntl") ? 0 : 1);');

export const php: Toolchain = {
  language,
  missing: () => (isThere() || canInstall() ? undefined : 'php with sodium and pcntl'),
  isInstalled: isThere,
  install: () => installPackages('php-cli'),
  command: (way, file) => ({ program: 'php', args: [serverOf(way, file)] }),
};
