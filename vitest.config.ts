// How the tests run: worker processes as for the smallest machine we promise to pass on, two cores.
import { defineConfig } from 'vitest/config';
import { CountingReporter } from './test/counting-reporter.ts';
import { LeakReporter } from './test/leak-reporter.ts';

/** Replace modules, or watch the clock, the memory or what is open: they run after all others, one by one. */
const ALONE = [
  'test/adapters/sender/http/{guard,hostile-receivers,outcomes}.test.ts',
  'test/api/deliveries/logs.test.ts',
  'test/client/{delivered,retries}.test.ts',
  'test/dispatch/memory.test.ts',
  'test/http/edge-routes.test.ts',
  'test/local/{dynamodb/kills,soak}.test.ts',
];

/** Most of a minute each, or more: they run where CI=true. */
const LONG = [
  'test/acceptance/analytics.test.ts',
  'test/acceptance/embedded/{kills,load-and-kill,long-outages,sealed-data,sealing-key-rotation}.test.ts',
  'test/client/command-line/long-running.test.ts',
  'test/core/contracts/rotation.test.ts',
  'test/faults/outages.test.ts',
  'test/grants/least-privilege.test.ts',
  'test/local/dead-letters.test.ts',
  'test/local/simulation/{recovery,schedules}.test.ts',
  'test/package/**',
  'test/web/long-list.test.ts',
];
const LEFT_OUT = process.env.CI === 'true' ? [] : LONG;

/** Put virtual time in the place of the process's timers: what one leaves behind would stop the others' clocks. */
const VIRTUAL = [
  'test/{faults,local/simulation}/**/*.test.ts',
  'test/{fan-out/refused-at-first,wake/{overdue,index-lag,daily-look,failing-takes}}.test.ts',
];

/** Before each file. */
const SETUP = ['test/builders/known-secrets.ts', 'test/builders/properties.ts'];

export default defineConfig({
  // Of the console's script: see lib/web-app/build.ts.
  define: { IS_PORTAL: 'false' },
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
          exclude: ['test/deploy/**', '**/node_modules/**', ...ALONE, ...VIRTUAL, ...LEFT_OUT],
          isolate: false,
          sequence: { groupOrder: 0 },
          setupFiles: SETUP,
        },
      },
      {
        extends: true,
        test: {
          name: 'virtual',
          include: VIRTUAL,
          exclude: LEFT_OUT,
          isolate: true,
          testTimeout: 900_000,
          sequence: { groupOrder: 0 },
          setupFiles: SETUP,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          isolate: true,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          setupFiles: SETUP,
        },
      },
    ],
  },
});
