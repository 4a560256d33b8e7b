// `npm run test:deploy`: the stack on an AWS that others wrote. Plain `cdk bootstrap` and `cdk deploy`, an empty `cdk diff`, the
// acceptance tests over HTTP, then updates in place, `cdk destroy`, a deployment that fails, and one that does not. Then the
// other ways to deploy.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localSettings } from '../../local/stack/settings.ts';
import type { Deployed } from '../acceptance/deployed-target.ts';
import { printCounts } from '../counting-reporter.ts';
import { installMinistack, startMinistack } from './ministack.ts';
import { otherWays } from './other-ways.ts';
import { findPython } from './python-tool.ts';
import { stackTools } from './stack.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD = join(ROOT, 'build');
/** As the embedded runtime has it. */
const SOON = localSettings({});

async function step<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  const beganMs = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
  return result;
}

async function vitest(
  path: string,
  env: Record<string, string>,
  without?: string,
): Promise<boolean> {
  const config = join('test', 'deploy', 'vitest.config.ts');
  const program = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const left = without === undefined ? [] : ['--exclude', without];
  const run = spawn(process.execPath, [program, 'run', '--config', config, path, ...left], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const end = () => run.kill('SIGKILL');
  process.once('exit', end);
  const [code] = await once(run, 'exit');
  process.off('exit', end);
  return code === 0;
}

function accept(
  path: string,
  deployed: Deployed,
  workDir: string,
  without?: string,
): Promise<boolean> {
  const env = { POSTHORN_DEPLOYED: JSON.stringify(deployed), POSTHORN_DEPLOY_DIR: workDir };
  return vitest(path, env, without);
}

async function deployAndTest(programs: string): Promise<boolean> {
  const workDir = mkdtempSync(join(BUILD, 'deploy-'));
  const ministack = await step('ministack started', () => startMinistack(programs));
  try {
    const stack = stackTools(ministack.url, workDir);
    const assembly = await step('cdk synth', () => stack.synthesize('first', SOON));
    await step('cdk bootstrap', () => stack.bootstrap(assembly));
    const deployed = await step('cdk deploy', () => stack.deploy(assembly));
    await step('cdk diff is empty', () => stack.diff(assembly));
    const test = (path: string) => accept(path, deployed, workDir);
    const isAccepted = await step('acceptance tests', () => test('test/acceptance/'));
    const isUpdated = await step('update and removal', () => test('test/deploy/'));
    return isAccepted && isUpdated;
  } finally {
    await ministack.stop();
    rmSync(workDir, { recursive: true, force: true });
  }
}

// On its own, this run has its own sum.
if (process.env.POSTHORN_COUNTS_FILE === undefined) {
  const file = join(BUILD, `deploy-counts-${process.pid}.json`);
  process.env.POSTHORN_COUNTS_FILE = file;
  process.once('exit', () => rmSync(file, { force: true }));
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const python = findPython();
if (python === undefined) {
  const needed = 'test:deploy needs Python 3.10 or newer with venv, for ministack';
  const isBuild = process.env.CI === 'true';
  console.log(isBuild ? `${needed}: not found` : `skipped: ${needed}`);
  if (isBuild) printCounts({ passed: 0, failed: 1, skipped: 0 });
  process.exit(isBuild ? 1 : 0);
}
try {
  mkdirSync(BUILD, { recursive: true });
  const programs = await step('ministack installed', () => installMinistack(python));
  const isSound = await deployAndTest(programs);
  const areOthers = await otherWays({ programs, buildDir: BUILD, step, accept });
  process.exitCode = isSound && areOthers ? 0 : 1;
  // Once more, so that it is the last line whatever the steps said.
  printCounts({ passed: 0, failed: 0, skipped: 0 });
} catch (error) {
  console.error(error);
  printCounts({ passed: 0, failed: 1, skipped: 0 });
  process.exitCode = 1;
}
