// What tenants write as transformations: each is refused when it is saved, or ends within its steps and its output, in a
// process that has little memory.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { MAX_SOURCE_BYTES } from '../../lambdas/core/transforms/transform.ts';
import { MAX_OUTPUT_BYTES } from '../../lambdas/core/transforms/write-json.ts';
import { MAX_DATA_BYTES } from './attacks/parts.ts';
import { TRANSFORM_ATTACKS } from './attacks/transforms.ts';

const CHILD = new URL('./transforms-child.ts', import.meta.url).pathname;
const MIB = 2 ** 20;
const CAP_MIB = 32;
const run = promisify(execFile);
const all = Object.values(TRANSFORM_ATTACKS).flat();

it('there are attacks enough, as large as may be', () => {
  expect(all.length).toBeGreaterThanOrEqual(60);
  for (const { source, data = {} } of all) {
    expect(Buffer.byteLength(source), source).toBeLessThanOrEqual(MAX_SOURCE_BYTES);
    expect(JSON.stringify(data).length, source).toBeLessThan(MAX_DATA_BYTES);
  }
});

it('none takes more memory, steps or output than it may', async () => {
  const { stdout: base } = await run(process.execPath, ['--expose-gc', CHILD, 'base']);
  const limits = [
    `--max-old-space-size=${Math.ceil(Number(base) / MIB) + CAP_MIB}`,
    '--max-semi-space-size=4',
  ];
  const { stdout } = await run(process.execPath, [...limits, CHILD], { maxBuffer: 8 * MIB });
  const rows: { source: string; verdict: string; ms: number }[] = JSON.parse(stdout);
  expect(rows).toHaveLength(all.length);
  for (const { source, verdict, ms } of rows) {
    // Far more than it takes, and far less than what no step counts.
    expect(ms, source).toBeLessThan(2_000);
    const [, characters] = /^done: (\d+)$/.exec(verdict) ?? [];
    if (characters === undefined) expect(verdict, source).toMatch(/^(refused|failed): /);
    else expect(Number(characters), source).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
  }
  // The corpus would be no measure if most of it never ran.
  const outcomes = ['refused', 'failed', 'done'].map(
    (kind) => rows.filter(({ verdict }) => verdict.startsWith(kind)).length,
  );
  expect(Math.min(...outcomes)).toBeGreaterThan(5);
}, 60_000);
