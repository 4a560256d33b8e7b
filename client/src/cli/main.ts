#!/usr/bin/env node
// `posthorn`: the command line over the client.
import { setTimeout as delay } from 'node:timers/promises';
import { harmless } from '../harmless.ts';
import { run } from './run.ts';

const stop = new AbortController();
// The first Ctrl-C ends tail and listen tidily, a later one at once. npm passes on a Ctrl-C that has come
// from the terminal already: what follows at once is the same one. It would kill a process that is just ending, which
// handles no signals any more, so the end waits for it.
const SAME_MS = 500;
const COPY_MS = 200;
const copy = new AbortController();
let stoppedAt = 0;
// A closed terminal too: tail and listen clean up behind them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted && performance.now() - stoppedAt > SAME_MS) process.exit(130);
    if (stop.signal.aborted) copy.abort();
    else stoppedAt = performance.now();
    stop.abort();
  });
}
let failed = 0;
/** An end that is not by a signal must be as tidy. */
function endWith(code: number, words = ''): void {
  failed ||= code;
  // Output fails when it is written, perhaps after the command has ended well.
  process.exitCode ||= code;
  if (words !== '') process.stderr.write(`posthorn: ${harmless(words)}\n`);
  stop.abort();
}
process.stdout.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
  // `posthorn ... | head` closes the pipe: that is no fault.
  if (code === 'EPIPE' || stop.signal.aborted) endWith(0);
  else endWith(1, `standard output cannot be written: ${code}`);
});
// Without anybody to tell there is nothing to say.
process.stderr.on('error', () => {});
process.on('uncaughtException', (error) => endWith(1, String(error)));

const code = await run(process.argv.slice(2), process.env, stop.signal);
process.exitCode = code || failed;
if (stop.signal.aborted) await delay(COPY_MS, undefined, { signal: copy.signal }).catch(() => {});
