// A folder for the whole run: the embedded runtimes that tests start put their functions' log lines there, and
// tests the secrets that they know of.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-run-'));
  for (const [variable, name] of [
    ['POSTHORN_LOG_FILE', 'functions.log'],
    ['POSTHORN_TEST_SECRETS_FILE', 'secrets.jsonl'],
  ] as const) {
    process.env[variable] = join(folder, name);
    writeFileSync(join(folder, name), '', { mode: 0o600 });
  }
}
