// Installs what the servers of docs/receivers need in each language, under build/receivers: npm run receivers:install.
// Where CI is true, a language that the machine lacks is a failure.
import { mkdirSync } from 'node:fs';
import { BUILD } from './toolchain.ts';
import { TOOLCHAINS } from './toolchains/all.ts';

mkdirSync(BUILD, { recursive: true });
for (const { language, isOptional, missing, isInstalled, install } of TOOLCHAINS) {
  const lacking = missing();
  if (lacking !== undefined) {
    console.log(
      `posthorn: receivers in ${language.name} are skipped, since there is no ${lacking}`,
    );
    if (process.env.CI === 'true' && !isOptional) process.exitCode = 1;
  } else if (!isInstalled()) {
    console.log(`posthorn: installing what receivers in ${language.name} need`);
    install();
  }
}
