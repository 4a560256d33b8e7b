// A vitest reporter whose one line, the last of the run, is easy to read for a script:
// `N passed, N failed, N skipped`. Runs that share a file (POSTHORN_COUNTS_FILE) add up: each prints the
// sum of what ran before and its own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestRunEndReason } from 'vitest/node';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Adds to what the runs before counted, and prints the sum. */
export function printCounts(counts: Counts): void {
  const file = process.env.POSTHORN_COUNTS_FILE;
  const before: Counts =
    file !== undefined && existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0 };
  const passed = counts.passed + before.passed;
  const failed = counts.failed + before.failed;
  const skipped = counts.skipped + before.skipped;
  if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

export class CountingReporter implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  onInit(): void {
    // At exit, because other reporters and coverage may write after the end of the run, and because
    // only then is it certain whether the run failed.
    process.once('exit', (code) => {
      const failed = code === 0 ? this.#failed : Math.max(1, this.#failed);
      printCounts({ passed: this.#passed, failed, skipped: this.#skipped });
    });
  }

  /** Failed are tests, suites and files with errors of their own (hooks, imports), and stray errors. */
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    this.#passed = 0;
    this.#failed = unhandledErrors.length;
    this.#skipped = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') this.#passed++;
        if (state === 'failed') this.#failed++;
        if (state === 'skipped') this.#skipped++;
      }
      for (const suite of [module, ...module.children.allSuites()]) {
        if (suite.errors().length > 0) this.#failed++;
      }
    }
    if (reason !== 'passed') this.#failed = Math.max(1, this.#failed);
  }
}
