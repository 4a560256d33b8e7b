// The packages are the repository's own, and so is Node.js, which runs TypeScript as it is.
import { typescript as language } from '../../../scripts/receivers/languages/typescript.ts';
import { serverOf, type Toolchain } from '../toolchain.ts';

export const typescript: Toolchain = {
  language,
  missing: () => undefined,
  isInstalled: () => true,
  install() {},
  command: (way, file) => ({ program: process.execPath, args: [serverOf(way, file)] }),
};
