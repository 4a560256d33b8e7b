// A vitest reporter that searches the functions' log lines of the whole run for every secret that its tests
// knew of. One that is found fails the run.
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter } from 'vitest/node';
import { findLeaks } from './builders/leaks.ts';

export class LeakReporter implements Reporter {
  onTestRunEnd(): void {
    const logs = process.env.POSTHORN_LOG_FILE;
    const known = process.env.POSTHORN_TEST_SECRETS_FILE;
    if (logs === undefined || known === undefined) return;
    const text = readFileSync(logs, 'utf8');
    const secrets = new Set(
      readFileSync(known, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): string => JSON.parse(line)),
    );
    rmSync(dirname(logs), { recursive: true, force: true });
    const leaks = findLeaks(text, secrets);
    const lines = text.split('\n').length - 1;
    console.log(`${lines} log lines searched for ${secrets.size} secrets: ${leaks.length} found`);
    for (const { around } of leaks.slice(0, 10))
      console.error(`a secret is in a log: ...${around}`);
    if (leaks.length > 0) process.exitCode = 1;
  }
}
