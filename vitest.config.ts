// How the tests run: two worker processes, as many as the smallest machine we promise to pass on has.
import { defineConfig } from 'vitest/config';
import { CountingReporter } from './test/counting-reporter.ts';
import { LeakReporter } from './test/leak-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs a deployed stack: npm run test:deploy.
    exclude: ['test/deploy/**', '**/node_modules/**'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    globalSetup: ['test/builders/run-folder.ts'],
    setupFiles: ['test/builders/known-secrets.ts'],
    reporters: ['default', new LeakReporter(), new CountingReporter()],
  },
});
