// What the docs say of the stack on AWS: commands that find its resources, numbers of alarms and of concurrency, and the
// table of what no test can show.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/configuration.ts';
import { resourcesOf, templateOf } from '../builders/stack.ts';

const docs = new URL('../../docs/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, docs), 'utf8');
const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const template = templateOf();

describe('commands that look for a resource', () => {
  /** `resources TYPE PREFIX`, with each value that a loop puts in. */
  const wanted = pages.flatMap((page) => {
    const text = read(page).replaceAll(/\s+/g, ' ');
    const loops = [...text.matchAll(/for (\w+) in ([\w ]+); do/g)].map(
      ([, variable = '', values = '']) => ({ variable, values: values.split(' ') }),
    );
    return [...text.matchAll(/resources (AWS::[\w:]+) ([\w${}]+)/g)].flatMap(
      ([, type = '', prefix = '']) => {
        const loop = loops.find(({ variable }) => prefix.includes(`\${${variable}}`));
        const prefixes = loop
          ? loop.values.map((value) => prefix.replace(`\${${loop.variable}}`, value))
          : [prefix];
        return prefixes.map((one) => ({ page, type, prefix: one }));
      },
    );
  });

  it('are there', () => {
    expect(new Set(wanted.map(({ page }) => page))).toEqual(
      new Set(['operations.md', 'runbook.md', 'aws-assumptions.md']),
    );
    expect(wanted.length).toBeGreaterThan(8);
  });

  it.each(wanted)('find exactly one: $page, $type $prefix', ({ type, prefix }) => {
    const found = resourcesOf(template, type).filter(({ id }) => id.startsWith(prefix));
    expect(found.map(({ id }) => id)).toHaveLength(1);
  });

  it('see all resources of the stack, and not the first hundred', () => {
    // "Only the first 100 resources will be returned":
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
    expect(resourcesOf(template).length).toBeGreaterThan(100);
    for (const page of pages) expect(read(page)).not.toContain('describe-stack-resources');
    expect(read('operations.md')).toContain('cloudformation list-stack-resources');
  });
});

describe('numbers of the stack', () => {
  it('are those of its alarms', () => {
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');
    const metrics = alarms.flatMap(({ Properties }) => {
      const queries = (Properties.Metrics ?? [{ MetricStat: {} }]) as object[];
      return queries.filter((query) => 'MetricStat' in query);
    });
    const dollars = (metrics.length * 0.1).toFixed(2);
    expect(read('observability.md')).toContain(
      `| ${alarms.length} alarms over ${metrics.length} metrics | ${dollars} |`,
    );
  });

  it('are those of its event sources’ concurrency', () => {
    const sources = Object.values(parseConfiguration({}).sources);
    const sum = sources.reduce((all, { maxConcurrency }) => all + maxConcurrency, 0);
    const number = ['', 'one', 'two', 'three', 'four', 'five', 'six'][sources.length];
    const text = (page: string) => read(page).replaceAll(/\s+/g, ' ');
    expect(text('scale.md')).toContain(
      `The ${number} \`maxConcurrency\` settings add up to ${sum} by default`,
    );
    expect(text('configuration.md')).toContain(
      `The sum of the ${number} \`maxConcurrency\` (${sum} by default)`,
    );
    expect(text('operations.md')).toContain(`The ${number} event sources may take ${sum}.`);
  });
});

describe('docs/aws-assumptions.md', () => {
  const rows = read('aws-assumptions.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

  it('says of each assumption its source, what follows if it is wrong, and how to check it', () => {
    expect(rows.length).toBeGreaterThan(15);
    for (const cells of rows) {
      expect(cells).toHaveLength(4);
      for (const cell of cells) expect(cell.length).toBeGreaterThan(5);
    }
  });

  it('assumes nothing twice', () => {
    expect(new Set(rows.map(([what]) => what)).size).toBe(rows.length);
  });
});
