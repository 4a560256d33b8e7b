// The examples of docs/transformations.md give what the page says.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { transformData } from '../../lambdas/core/transforms/engine.ts';
import { FUNCTIONS } from '../../lambdas/core/transforms/functions/all.ts';
import { theirs } from '../core/transforms/oracle.ts';

const page = readFileSync('docs/transformations.md', 'utf8');
const [, data = ''] = /in these examples:\n\n```json\n(.*?)```/s.exec(page) ?? [];
const examples = [...page.matchAll(/```jsonata\n(.*?)```\n\n```json\n(.*?)```/gs)].map(
  ([, source = '', result = '']) => [source.trim(), result] as const,
);
const event = {
  id: 'evt_1',
  type: 'dossier.created',
  acceptedAtMs: 0,
  channels: [],
  subject: 'dossier-1',
};

describe('the page on transformations', () => {
  it.each(examples)('%s', async (source, result) => {
    const given = transformData(source, { ...event, data });
    expect(given.kind === 'transformed' ? JSON.parse(given.data) : given).toEqual(
      JSON.parse(result),
    );
    if (source.includes('$event')) return;
    expect(JSON.parse(await theirs(source, JSON.parse(data)))).toEqual(JSON.parse(result));
  });

  it('has examples, and names every function', () => {
    expect(examples.length).toBeGreaterThan(4);
    const [, table = ''] = /## The language\n(.*?)\n\n[A-Z]/s.exec(page) ?? [];
    const named = [...table.matchAll(/`\$([a-z]\w+)`/g)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(FUNCTIONS).sort());
  });
});
