// The packages are the repository's own, and so is Node.js, which runs TypeScript as it is.
import { typescript as language } from '../../../scripts/receivers/languages/typescript.ts';
import { serverOf, type Toolchain } from '../toolchain.ts';

export const typescript: Toolchain = {
  language,
  missing: () => undefined,
  isInstalled: () => true,
  install() {},
  command: (way, file) => ({ program: process.execPath, args: [serverOf(way, file)] }),
  offBy({ program, args }, seconds) {
    const clock = `const { now } = Date;
      Date.now = () => now() + ${seconds * 1000};
      globalThis.Date = class extends Date {
        constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); }
      };`;
    return {
      program,
      args: ['--import', `data:text/javascript,${encodeURIComponent(clock)}`, ...args],
    };
  },
};
