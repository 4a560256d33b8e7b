#!/usr/bin/env node
// `posthorn`: the command line over the client.
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './run.ts';

const stop = new AbortController();
// The first Ctrl-C ends tail and listen tidily, a later one at once. npm passes on a Ctrl-C that has come
// from the terminal already: what follows at once is the same one. It would kill a process that is just ending, which
// handles no signals any more, so the end waits for it.
const SAME_MS = 500;
const COPY_MS = 200;
const copy = new AbortController();
let stoppedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted && performance.now() - stoppedAt > SAME_MS) process.exit(130);
    if (stop.signal.aborted) copy.abort();
    else stoppedAt = performance.now();
    stop.abort();
  });
}
// `posthorn ... | head` closes the pipe: that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), process.env, stop.signal);
if (stop.signal.aborted) await delay(COPY_MS, undefined, { signal: copy.signal }).catch(() => {});
