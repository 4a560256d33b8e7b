// The token in the address: taken out of it, however the link was opened.
import { beforeEach, describe, expect, it, vi } from 'vitest';

let page = new EventTarget();
const reload = vi.fn();
const here = { pathname: '/console', hash: '', reload };
const kept = new Map<string, string>();

vi.stubGlobal('location', here);
vi.stubGlobal('history', {
  replaceState: (_: unknown, __: string, address: string) => {
    here.hash = new URL(address, 'https://hooks.example.com').hash;
  },
});
vi.stubGlobal('sessionStorage', {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => kept.set(name, value),
  removeItem: (name: string) => kept.delete(name),
});

type Session = typeof import('../../../web/src/base/session.ts');
type Decide = Parameters<Session['takeTokens']>[0];

/** The page as it is loaded at an address, in a tab that may have a session already. */
async function loaded(hash: string, token?: string, decide: Decide = vi.fn()): Promise<Session> {
  vi.resetModules();
  page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  const session: Session = await import('../../../web/src/base/session.ts');
  if (token !== undefined) session.keepToken(token);
  here.hash = hash;
  session.takeTokens(decide);
  return session;
}

function follow(hash: string): void {
  const oldURL = `https://hooks.example.com/console${here.hash}`;
  here.hash = hash;
  page.dispatchEvent(Object.assign(new Event('hashchange'), { oldURL }));
}

const LINK = '#token=theirs&to=%2Facme%2Flive%2Fevents';
const SCREEN = '#/acme/live/events';

describe('a token in the address', () => {
  beforeEach(() => {
    kept.clear();
    reload.mockClear();
  });

  it('is taken when the page is loaded', async () => {
    const { token } = await loaded(LINK);
    expect([token(), here.hash]).toEqual(['theirs', SCREEN]);
    expect(reload).not.toHaveBeenCalled();
  });

  it('is taken where the page is open without a session, which begins anew', async () => {
    const { token } = await loaded('');
    follow(LINK);
    expect([token(), here.hash]).toEqual(['theirs', SCREEN]);
    expect(reload).toHaveBeenCalledOnce();
  });

  it('of the session that is there leads to another screen', async () => {
    const { token } = await loaded(LINK, 'theirs');
    follow('#token=theirs&to=%2Fglobex%2Flive%2Fevents');
    expect([token(), here.hash]).toEqual(['theirs', '#/globex/live/events']);
  });

  it.each([
    ['loaded with it', LINK, undefined, ''],
    ['open already', '#/mine/live/replays', LINK, '#/mine/live/replays'],
  ])(
    'is for others to decide where another session is, the page %s',
    async (_, first, then, before) => {
      const decide = vi.fn();
      const { token } = await loaded(first, 'mine', decide);
      if (then) follow(then);
      expect([token(), here.hash]).toEqual(['mine', before]);
      expect(decide.mock.calls).toEqual([[{ token: 'theirs', hash: SCREEN }]]);
      expect(reload).not.toHaveBeenCalled();
    },
  );

  it.each(['', '#/acme/live/events?type=a&token=x', '#/acme/live/token=x', '#to=/&token=x'])(
    'is not looked for in %s',
    async (hash) => {
      const { token } = await loaded('', 'mine');
      follow(hash);
      expect([token(), here.hash]).toEqual(['mine', hash]);
      expect(reload).not.toHaveBeenCalled();
    },
  );
});
