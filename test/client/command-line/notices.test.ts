// `posthorn notices`: what is not given stays as it is.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DEFAULT_NOTICE_SETTINGS } from '../../../lambdas/core/notices/settings.ts';
import { documented, type FakeService, startFakeService } from '../fake-service.ts';
import { ran } from './in-process.ts';

let service: FakeService;
beforeAll(async () => {
  service = await startFakeService();
});
afterAll(() => service.close());
const KEPT = { ...DEFAULT_NOTICE_SETTINGS, channels: ['ops'], digest: { at: '08:00' } };
beforeEach(() => {
  service.asked.splice(0);
  service.answer = () => ({ status: 200, headers: { etag: '"7"' }, body: KEPT });
});

it.each([
  [['--quiet-hours', '22:00-07:00'], { quietHours: { from: '22:00', to: '07:00' } }],
  [['--quiet-hours', 'none', '--digest', 'none'], { quietHours: null, digest: null }],
  [
    ['--kind', 'endpoint.paused', '--kind', 'deliveries.dead'],
    { kinds: ['endpoint.paused', 'deliveries.dead'] },
  ],
  [
    ['--link', 'https://a.io/{endpoint}', '--time-zone', 'Europe/Berlin', '--slow-above', '2000'],
    { link: 'https://a.io/{endpoint}', timeZone: 'Europe/Berlin', slowAboveMs: 2_000 },
  ],
])('set %j changes that alone, at the version that was read', async (given, changed) => {
  const { code } = await ran(service.url, ['notices', 'set', ...given]);
  const [read, written] = service.asked;
  expect([code, read?.method, written?.method, written?.path]).toEqual([
    0,
    'GET',
    'PUT',
    '/v1/notices',
  ]);
  expect(JSON.parse(`${written?.body}`)).toEqual({ ...KEPT, ...changed });
  expect(written?.headers['if-match']).toBe('"7"');
});

it('set --words takes them from a file, or takes them away', async () => {
  const words = { 'endpoint.paused': { title: '{{name}} متوقفة', text: 'منذ {{since}}' } };
  const file = join(mkdtempSync(join(tmpdir(), 'posthorn-')), 'words.json');
  writeFileSync(file, JSON.stringify(words));
  await ran(service.url, ['notices', 'set', '--words', file]);
  await ran(service.url, ['notices', 'set', '--words', 'none', '--digest', 'none']);
  const written = service.asked.filter(({ method }) => method === 'PUT');
  expect(written.map(({ body }) => JSON.parse(`${body}`))).toEqual([
    { ...KEPT, words },
    { ...KEPT, words: {}, digest: null },
  ]);
});

it('words that are no JSON object are told before anything is written', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'posthorn-')), 'words.json');
  writeFileSync(file, '[]');
  const { code, stderr } = await ran(service.url, ['notices', 'set', '--words', file]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('must be a JSON object')]);
  expect(service.asked).toEqual([]);
});

it('hours that are none are told before anything is asked for', async () => {
  service.answer = documented;
  for (const text of ['22:00', '22:00-', '1-2-3']) {
    const { code, stderr } = await ran(service.url, ['notices', 'set', '--quiet-hours', text]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`--quiet-hours ${text}`)]);
  }
  expect(service.asked).toEqual([]);
});
