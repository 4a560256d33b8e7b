// What the API of another service may answer: broken, slow, without end, and not what it documents.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ran } from '../command-line/in-process.ts';
import { type FakeService, type Reply, startFakeService } from '../fake-service.ts';
import { ACME, svixAnswers } from './recorded/svix.ts';
import { startVendor, VENDOR_KEY } from './vendor.ts';

let service: FakeService;
let vendor: FakeService;
let recorded: FakeService['answer'];
beforeAll(async () => {
  const answers = svixAnswers('https://acme.io');
  [service, vendor] = await Promise.all([startFakeService(), startVendor(answers)]);
  recorded = vendor.answer;
});
afterAll(() => Promise.all([service.close(), vendor.close()]));
beforeEach(() => {
  service.asked.splice(0);
  vendor.asked.splice(0);
  vendor.answer = recorded;
});

const imported = (...args: readonly string[]) =>
  ran(service.url, ['import', ...args], {
    SVIX_AUTH_TOKEN: VENDOR_KEY,
    CONVOY_API_KEY: VENDOR_KEY,
    HOOKDECK_API_KEY: VENDOR_KEY,
  });
const svix = (...more: readonly string[]) =>
  imported('svix', '--from-url', vendor.url, '--owner', 'acme', '--yes', ...more);
const LISTED = `/api/v1/app/${ACME}/endpoint`;

/** Nothing was written, and the words say why. */
async function endsWith(words: string, done: ReturnType<typeof imported>): Promise<void> {
  const { code, stdout, stderr } = await done;
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(words);
  expect(stderr).not.toContain(VENDOR_KEY);
  expect(service.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
}

describe('answers that pass', () => {
  it.each<[string, Reply]>([
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
    ['503', { status: 503 }],
    ['a connection that breaks', 'hang up'],
  ])('%s is asked again', async (_, reply) => {
    let failures = 0;
    vendor.answer = (asked, nth) =>
      asked.path === LISTED && failures++ < 2 ? reply : recorded(asked, nth);
    const { stdout } = await svix('--dry-run', '--json');
    expect(JSON.parse(stdout)).toHaveLength(4);
    expect(failures).toBeGreaterThan(2);
  });

  it('a Retry-After beyond a minute ends it', async () => {
    vendor.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    await endsWith('was answered with 429', svix());
    expect(vendor.asked).toHaveLength(1);
  });
});

describe('a list that breaks off or never ends writes nothing', () => {
  it('the second page is refused', async () => {
    vendor.answer = (asked, nth) =>
      asked.query.has('iterator') ? { status: 403 } : recorded(asked, nth);
    await endsWith('was answered with 403', svix());
  });

  const entry = { id: 'ep_1', url: 'https://acme.io/x' };
  it('one that goes round', async () => {
    vendor.answer = (asked, nth) =>
      asked.path === LISTED
        ? { status: 200, body: { data: [], done: false, iterator: 'same' } }
        : recorded(asked, nth);
    await endsWith('goes round', svix());
  });

  it('one with an iterator more each time', async () => {
    vendor.answer = (asked, nth) =>
      asked.path === LISTED
        ? { status: 200, body: { data: [], done: false, iterator: `page-${nth}` } }
        : recorded(asked, nth);
    await endsWith('has more than 1000 pages', svix());
  }, 60_000);

  it('one of more entries than can be meant', async () => {
    const data = Array.from({ length: 10_001 }, () => entry);
    vendor.answer = (asked, nth) =>
      asked.path === LISTED
        ? { status: 200, body: { data, done: true, iterator: null } }
        : recorded(asked, nth);
    await endsWith('has more than 10000 entries', svix());
  });

  it('an answer larger than the client reads', async () => {
    vendor.answer = () => ({ status: 200, body: `"${'x'.repeat(17 * 1024 * 1024)}"` });
    await endsWith('exceeds', svix());
  }, 60_000);
});

describe('what is not documented', () => {
  const at = (path: string, body: unknown) => {
    vendor.answer = (asked, nth) =>
      asked.path === path ? { status: 200, body } : recorded(asked, nth);
  };
  it.each<[string, unknown, string]>([
    ['no JSON', '<html>', 'was not answered with JSON'],
    ['a list', [], 'must be an object'],
    ['nothing', 'null', 'must be an object'],
    ['data that is no list', { data: {}, done: true }, 'must be a list'],
    ['an entry that is no object', { data: ['ep_1'], done: true }, 'must be an object'],
    ['an id that leaves its path', { data: [{ id: '../../x' }], done: true }, 'is not an id'],
    ['an id with an escape', { data: [{ id: 'ep\u001b[2J' }], done: true }, 'is not an id'],
    ['a page without its iterator', { data: [], done: false }, 'must be a text'],
  ])('%s', async (_, body, words) => {
    at(LISTED, body);
    await endsWith(words, svix());
  });

  it('a redirect is not followed: the key stays', async () => {
    vendor.answer = () => ({ status: 302, headers: { location: `${service.url}/steal` } });
    await endsWith('was answered with 302', svix());
    expect(service.asked).toEqual([]);
  });

  it('a wrong key', async () => {
    vendor.answer = () => ({ status: 401, body: { detail: VENDOR_KEY } });
    await endsWith('was answered with 401', svix());
  });
});

describe('usage', () => {
  it.each<[string[], string]>([
    [['svix'], 'confirm with --yes'],
    [['svix', '--yes', '--from-url', 'ftp://svix'], 'must be an http:// or https:// address'],
    [['svix', '--yes', '--from-url', 'https://a', '--from-file', 'b'], 'not both'],
    [['svix', '--yes', '--from-file', '/nowhere'], 'cannot be read'],
    [['svix', '--yes', '--by-owner', '--tenant', 'acme'], 'not both'],
    [['convoy', '--dry-run'], 'give --from-file or --from-url'],
    [['convoy', '--dry-run', '--from-url', 'https://a'], '--project is missing'],
    [['eventbridge', '--dry-run'], '--from-file is missing'],
    [['eventbridge', '--from-url', 'x'], 'has no option --from-url'],
  ])('%j', async (args, words) => {
    const { code, stdout, stderr } = await imported(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(service.asked).toEqual([]);
  });

  it('without the key of the other service', async () => {
    const { code, stderr } = await ran(service.url, ['import', 'svix', '--dry-run']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('the variable SVIX_AUTH_TOKEN is missing'),
    });
  });
});
