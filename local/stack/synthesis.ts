// Runs the CDK app when something it is made from has changed since it last ran. Each result has a
// folder named by the hash of its sources, so processes that start at once do not meet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartFailure } from '../start-failure.ts';
import { localSettings, type Settings } from './settings.ts';

const SOURCES = [
  'bin',
  'lib',
  'lambdas',
  'web',
  'docs/openapi.json',
  'cdk.json',
  'tsconfig.json',
  'package-lock.json',
];
const KEPT_ASSEMBLIES = 5;

/**
 * The folder of the cloud assembly for the sources as they are now.
 * @param settings override those under `posthorn` in cdk.json
 */
export async function synthesize(
  root: string,
  onStart: () => void,
  settings: Settings = {},
): Promise<string> {
  const parent = join(root, 'build', 'local');
  const folder = join(parent, hashOf(root, settings));
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  onStart();
  const draft = join(parent, `.draft-${process.pid}-${Date.now()}`);
  try {
    await runApp(root, draft, settings);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process was faster with the same result.
    if (!existsSync(join(folder, 'manifest.json'))) throw error;
  }
  prune(parent, folder);
  return folder;
}

async function runApp(root: string, outdir: string, settings: Settings): Promise<void> {
  const cdk = z
    .object({
      context: z
        .looseObject({ posthorn: z.record(z.string(), z.unknown()).default({}) })
        .prefault({}),
    })
    .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));
  const posthorn = localSettings({ ...cdk.context.posthorn, ...settings });
  const context = { ...cdk.context, posthorn };
  const env = {
    ...process.env,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    // By the schemas of CloudFormation, which nothing here is given to: it takes a second or two.
    CDK_VALIDATION: 'false',
  };
  const app = spawn(process.execPath, [join('bin', 'posthorn.ts')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [app.stdout, app.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  }
  const [code] = await once(app, 'close');
  if (code !== 0) throw new StartFailure(`the CDK app could not be synthesized:\n${output.trim()}`);
}

function hashOf(root: string, settings: Settings): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const source of SOURCES) {
    for (const file of filesUnder(root, source)) {
      const content = readFileSync(join(root, file));
      hash.update(`${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function filesUnder(root: string, path: string): string[] {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(root, join(path, name)));
}

/** Old results go, but not the latest few: a running process may still restart a function from one. */
function prune(parent: string, current: string): void {
  const folders = readdirSync(parent)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .map((name) => join(parent, name))
    .filter((path) => path !== current)
    .map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of folders.slice(KEPT_ASSEMBLIES)) {
    rmSync(path, { recursive: true, force: true });
  }
}
