// How the tests run: two worker processes, as many as the smallest machine we promise to pass on has.
import { defineConfig } from 'vitest/config';
import { CountingReporter } from './test/counting-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs a deployed stack: npm run test:deploy.
    exclude: ['test/deploy/**', '**/node_modules/**'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    reporters: ['default', new CountingReporter()],
  },
});
