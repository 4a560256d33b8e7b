// The token in the address: taken out of it, however the link was opened.
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeTokens, token } from '../../../web/src/base/session.ts';

const page = new EventTarget();
const reload = vi.fn();
const here = { pathname: '/console', hash: '', reload };
const follow = (hash: string): void => {
  here.hash = hash;
  page.dispatchEvent(new Event('hashchange'));
};

describe('a token', () => {
  beforeAll(() => {
    vi.stubGlobal('location', here);
    vi.stubGlobal('history', {
      replaceState: (_: unknown, __: string, address: string) => {
        here.hash = new URL(address, 'https://hooks.example.com').hash;
      },
    });
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    here.hash = '#token=first&to=%2Facme%2Flive%2Fevents';
    takeTokens();
  });
  beforeEach(() => reload.mockClear());

  it('is taken when the page is loaded', () => {
    expect([token(), here.hash]).toEqual(['first', '#/acme/live/events']);
    expect(reload).not.toHaveBeenCalled();
  });

  it('is taken where the page is open already, which begins anew', () => {
    follow('#token=second&to=%2Facme%2Flive%2Fdeliveries');
    expect([token(), here.hash]).toEqual(['second', '#/acme/live/deliveries']);
    expect(reload).toHaveBeenCalledOnce();
  });

  it.each(['', '#/acme/live/events?type=a&token=x', '#/acme/live/token=x', '#to=/&token=x'])(
    'is not looked for in %s',
    (hash) => {
      const before = token();
      follow(hash);
      expect([token(), here.hash]).toEqual([before, hash]);
      expect(reload).not.toHaveBeenCalled();
    },
  );
});
