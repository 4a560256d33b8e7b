// How the tests run: worker processes as for the smallest machine we promise to pass on, two cores.
import { defineConfig } from 'vitest/config';
import { CountingReporter } from './test/counting-reporter.ts';
import { LeakReporter } from './test/leak-reporter.ts';

/** Replace modules, or change what modules read once: each needs modules of its own. */
const ALONE = ['test/adapters/sender/guard.test.ts', 'test/http/edge-routes.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    pool: 'forks',
    // One more than cores: tests of the embedded runtime mostly wait.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    globalSetup: ['test/builders/run-folder.ts'],
    reporters: ['default', new LeakReporter(), new CountingReporter()],
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          // test/deploy needs a deployed stack: npm run test:deploy.
          exclude: ['test/deploy/**', '**/node_modules/**', ...ALONE],
          isolate: false,
          setupFiles: ['test/builders/known-secrets.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          isolate: true,
          setupFiles: ['test/builders/known-secrets.ts'],
        },
      },
    ],
  },
});
