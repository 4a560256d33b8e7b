// Runs a command with the address of ministack's DynamoDB in its environment, and counts one failure if there is none:
//   node test/conformance/with-ministack.ts npx vitest run test/conformance
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { printCounts } from '../counting-reporter.ts';
import { installMinistack, type Ministack, startMinistack } from '../deploy/ministack.ts';
import { findPython } from '../deploy/python-tool.ts';

async function start(): Promise<Ministack> {
  const python = findPython();
  if (python === undefined) throw new Error('ministack needs Python 3.10 or newer with venv');
  return startMinistack(installMinistack(python));
}

/** @returns its exit code */
async function run([command = '', ...args]: readonly string[], url?: string): Promise<number> {
  const env = { ...process.env, ...(url === undefined ? {} : { POSTHORN_TEST_DYNAMODB_URL: url }) };
  const child = spawn(command, args, { stdio: 'inherit', env });
  const end = () => child.kill();
  process.once('exit', end);
  const [code] = await once(child, 'exit');
  process.off('exit', end);
  return code ?? 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const command = process.argv.slice(2);
const ministack = await start().catch((error) => console.error(error));
try {
  process.exitCode = await run(command, ministack?.url);
} finally {
  await ministack?.stop();
}
if (!ministack) {
  printCounts({ passed: 0, failed: 1, skipped: 0 });
  process.exitCode = 1;
}
