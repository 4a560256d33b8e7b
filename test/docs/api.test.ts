// docs/api.md is written by hand: its lists of settings, fields and errors are those of the code.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../lambdas/core/endpoints/settings/all.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/api.md`, 'utf8');
const { paths, components } = JSON.parse(readFileSync(`${root}docs/openapi.json`, 'utf8'));
const sections = page.split(/^(?=#{2,4} )/m);
const creating = sections.find((text) => text.startsWith('### `POST /v1/endpoints`\n')) ?? '';

describe('the page on endpoints', () => {
  it('has a row for each setting', () => {
    const named = [...creating.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(named.sort()).toEqual(Object.keys(SETTINGS).sort());
  });

  it('shows an answer with all of its fields', () => {
    const [, json = '{}'] = creating.match(/^```json\n(.*?)^```/ms) ?? [];
    expect(Object.keys(JSON.parse(json)).sort()).toEqual(
      Object.keys(components.schemas.Endpoint.properties).sort(),
    );
  });
});

/** Statuses without their reasons. Any route may be answered with 405, 429 and 503. */
function statusesIn(text: string): string[] {
  const statuses = text.replaceAll(/\([^)]*\)/g, '').match(/\b[45]\d\d\b/g) ?? [];
  return statuses.filter((status) => !['405', '429', '503'].includes(status)).sort();
}

const ROUTE = /`(GET|POST|PUT|PATCH|DELETE) ([^`?\s]+)[^`]*`/g;
const fromSections = sections.flatMap((text) => {
  const [heading = ''] = text.split('\n', 1);
  const errors = text.match(/Errors:\s+(4.*?)\.(\s|$)/s)?.[1];
  return errors
    ? [...heading.matchAll(ROUTE)].map(([, method, path]) => ({ method, path, errors }))
    : [];
});
const fromRows = [
  ...page.matchAll(/^\| `(GET|POST|PUT|PATCH|DELETE) (\/[^`?\s]+)[^|]*\|.*\| ([^|]*) \|$/gm),
].map(([, method, path, errors = '']) => ({ method, path, errors }));

it.each([...fromSections, ...fromRows])(
  'the errors of $method $path are those of the document',
  (route) => {
    const { responses } = paths[route.path ?? ''][route.method?.toLowerCase() ?? ''];
    expect(statusesIn(route.errors)).toEqual(statusesIn(Object.keys(responses).join(' ')));
  },
);
