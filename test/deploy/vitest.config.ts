// The acceptance tests against a deployed stack, and the test of an update in place: test/deploy/main.ts
// says where the stack is, and which of the two to run.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import everywhere from '../../vitest.config.ts';

const { projects, ...common } = everywhere.test ?? {};

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...common,
    include: ['test/{acceptance,deploy}/**/*.test.ts'],
    setupFiles: ['test/builders/known-secrets.ts'],
    // The emulator answers from one process.
    maxWorkers: 2,
    exclude: ['test/acceptance/embedded/**', '**/node_modules/**'],
    // Each function is a process that starts cold, and a queue's batches wait for the emulator's turn.
    testTimeout: 120_000,
    provide: { deployed: JSON.parse(process.env.POSTHORN_DEPLOYED ?? '{}') },
  },
});
