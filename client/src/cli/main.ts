#!/usr/bin/env node
// `posthorn`: the command line over the client.
import { run } from './run.ts';

const stop = new AbortController();
// The first Ctrl-C ends tail and listen tidily; the second one ends the process.
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
// `posthorn ... | head` closes the pipe: that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), process.env, stop.signal);
