// Runs before `npm start`, `npm test` and the like, on any Node from 18 and with nothing installed:
// brings node_modules up to date with the lockfile, and checks the Node that the command will get.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MIN_NODE = [22, 18];
const WAIT_MS = 500;
const MAX_WAIT_MS = 10 * 60_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockfile = join(root, 'package-lock.json');
const stamp = join(root, 'node_modules', '.posthorn-lockfile');
const wanted = createHash('sha256').update(readFileSync(lockfile)).digest('hex');

// A link leads to somebody else's folder: what it holds is theirs to bring up to date.
if (!isLink() && !isInstalled()) withTurn(() => isInstalled() || install());
checkNode();

function isLink() {
  return (
    lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true
  );
}

function isInstalled() {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === wanted;
  // Installed by hand: npm writes its own copy of the lockfile last.
  const npmStamp = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(npmStamp) || statSync(npmStamp).mtimeMs < statSync(lockfile).mtimeMs)
    return false;
  writeFileSync(stamp, wanted);
  return true;
}

function install() {
  const state = existsSync(join(root, 'node_modules')) ? 'out of date' : 'missing';
  console.error(`node_modules is ${state}: running npm ci, once ...`);
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm names itself when it runs a script; on Windows `npm` alone is not a program.
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm, ...flags]] : ['npm', flags];
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`npm ci failed${error ? `: ${error.message}` : ''}`);
  writeFileSync(stamp, wanted);
}

/** One process installs, the others wait for it; a turn whose owner is dead is taken over. */
function withTurn(work) {
  const folder = join(root, 'build');
  const turn = join(folder, 'installing');
  mkdirSync(folder, { recursive: true });
  const deadline = Date.now() + MAX_WAIT_MS;
  for (;;) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (Date.now() > deadline || !isAlive(turn)) rmSync(turn, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
  try {
    work();
  } finally {
    rmSync(turn, { force: true });
  }
}

function isAlive(turn) {
  try {
    process.kill(Number(readFileSync(turn, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** `node` on the PATH of npm scripts is the one in node_modules/.bin, when that was installed. */
function checkNode() {
  let version = '';
  try {
    version = execFileSync('node', ['--version'], { encoding: 'utf8', shell: false }).trim();
  } catch {
    fail('there is no `node` on the PATH');
  }
  const [major, minor] = version.slice(1).split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  fail(
    `this would run on Node ${version}, and needs ${MIN_NODE.join('.')} or newer. Node 24 comes with the ` +
      'dependencies: run through npm (`npm start`), and let npm run install scripts (`npm config get ignore-scripts`).',
  );
}

function fail(message) {
  console.error(`posthorn: ${message}`);
  process.exit(1);
}
