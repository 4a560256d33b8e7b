// `npm start`: reads the environment, runs the embedded runtime, prints how to use it, and stops it
// when asked to. A fault of the surroundings is one line on stderr and exit code 1.
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Runtime, startRuntime } from './runtime.ts';
import { consoleLink } from './start/console-link.ts';
import { prepareDemoTenant } from './start/demo-tenant.ts';
import { whenNpmIsGone } from './start/npm-parent.ts';
import { checkNode, readSettings, WRITTEN } from './start/settings.ts';
import { welcomeText } from './start/welcome.ts';
import { StartFailure } from './start-failure.ts';

const HEALTH_DEADLINE_MS = 20_000;
const FOLDER_WAIT_MS = 2_000;
/**
 * A second signal ends the process at once. But npm passes on a Ctrl-C that has come from the terminal already: what
 * follows within this time is the same one.
 */
const SAME_MS = 500;
const began = performance.now();
let runtime: Runtime | undefined;

// What this process writes holds the events' data and keys.
process.umask(0o077);
if (process.env.npm_lifecycle_event !== undefined) whenNpmIsGone(() => process.exit(1));

let stoppingAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    if (stoppingAt !== undefined) {
      if (performance.now() - stoppingAt > SAME_MS) process.exit(130);
      return;
    }
    stoppingAt = performance.now();
    console.log('stopping: waiting for deliveries in progress ...');
    await runtime?.stop();
    process.exit(0);
  });
}

try {
  checkNode(process.versions.node);
  const settings = readSettings(
    process.env,
    fileURLToPath(new URL('../.posthorn', import.meta.url)),
  );
  const { operatorKey, logFile, ...options } = settings;
  runtime = await startRuntime({
    ...options,
    settings: { email: WRITTEN },
    ...(operatorKey !== undefined && { operatorKey }),
    ...(logFile !== undefined && { logFile }),
    folderWaitMs: FOLDER_WAIT_MS,
  });
  await untilHealthy(runtime.url);
  const tenantKey = await prepareDemoTenant(runtime);
  const consoleUrl = await consoleLink(runtime);
  const tookMs = performance.now() - began;
  console.log(
    welcomeText({
      ...runtime,
      // Whoever gave it knows it, and this may be the log of a build.
      operatorKey: operatorKey === undefined ? runtime.operatorKey : 'as given',
      tenantKey,
      consoleUrl,
      dataDir: runtime.folder.path,
      tookMs,
    }),
  );
} catch (error) {
  console.error(error instanceof StartFailure ? `posthorn: ${error.message}` : error);
  await runtime?.stop();
  process.exit(1);
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + HEALTH_DEADLINE_MS;
  for (;;) {
    const response = await fetch(`${url}/health`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (Date.now() > deadline) {
      throw new StartFailure(`GET /health answers ${response?.status ?? 'nothing'} at ${url}`);
    }
    await delay(50);
  }
}
