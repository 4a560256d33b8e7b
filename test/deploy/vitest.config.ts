// The acceptance tests against a deployed stack, and the test of an update in place: test/deploy/main.ts
// says where the stack is, and which of the two to run.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import everywhere from '../../vitest.config.ts';

export default defineConfig({
  ...everywhere,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...everywhere.test,
    exclude: ['test/acceptance/embedded/**', '**/node_modules/**'],
    // Each function is a process that starts cold, and a queue's batches wait for the emulator's turn.
    testTimeout: 120_000,
    provide: { deployed: JSON.parse(process.env.POSTHORN_DEPLOYED ?? '{}') },
  },
});
