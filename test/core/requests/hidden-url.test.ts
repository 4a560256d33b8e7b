import { describe, expect, it } from 'vitest';
import { withoutUrl } from '../../../lambdas/core/requests/hidden-url.ts';
import { answered, failed } from '../../builders/outcomes.ts';

const TOKEN = 'abcDEF_ghijklmnop-QRSTUV';
const URL = `https://discordapp.com/api/webhooks/123/${TOKEN}?sig=a%2Bb-cdefghijklmnopqrs`;
const MASK = '*'.repeat(28);

function shown(body: string, location = '', url = URL) {
  const outcome = {
    kind: 'response',
    response: { status: 301, headers: { location }, body },
  } as const;
  const after = withoutUrl(outcome, url);
  return after.kind === 'response' ? [after.response.body, after.response.headers.location] : [];
}

describe('an answer of a chat', () => {
  it('does not show the URL that it repeats', () => {
    expect(shown(`moved: ${URL}`, URL.replace('discordapp', 'discord'))).toEqual([
      `moved: https://discordapp.com/api/webhooks/123/${MASK}?sig=${MASK}`,
      `https://discord.com/api/webhooks/123/${MASK}?sig=${MASK}`,
    ]);
    expect(shown('sig a+b-cdefghijklmnopqrs')[0]).toBe(`sig ${MASK}`);
  });

  it('does not show a part of it that is cut', () => {
    for (let length = 5; length <= TOKEN.length; length++) {
      expect(shown(`/123/${TOKEN.slice(0, length)}`)[0]).toBe(`/123/${MASK}`);
    }
  });

  it('stays as it is otherwise', () => {
    expect(shown('{"code":10015}', '/elsewhere')).toEqual(['{"code":10015}', '/elsewhere']);
    const [response, failure] = [answered(500), failed('dns')];
    expect(withoutUrl(response, undefined)).toBe(response);
    expect(withoutUrl(failure, URL)).toBe(failure);
  });
});

describe('a part of the URL', () => {
  const inUrl = (rest: string) => `https://example.com/hook/${rest}`;
  const KIBIBYTE = 1_024;

  it.each([8, 11, 100])('that is a mask itself makes no text grow: %d of them', (count) => {
    const stars = Array.from({ length: count }, (_, index) => `&a${index}=${'*'.repeat(16)}`);
    for (const token of [TOKEN, `${'*'.repeat(15)}a`]) {
      const url = inUrl(`${token}?${stars.join('')}`);
      for (const body of ['*'.repeat(KIBIBYTE), url.repeat(20).slice(0, KIBIBYTE)]) {
        const [text = '', location = ''] = shown(body, body.slice(0, 256), url);
        expect(text.length).toBeLessThanOrEqual(2 * KIBIBYTE);
        expect(location.length).toBeLessThanOrEqual(2 * 256);
        expect(text).not.toContain(TOKEN);
      }
    }
  });

  it('is masked in no more time where there are many, alike and long', () => {
    const alike = Array.from({ length: 110 }, (_, index) => `${'a'.repeat(15)}${index}`).join('/');
    const before = performance.now();
    for (const url of [inUrl(alike), inUrl('a'.repeat(2_000)), inUrl(`${'a'.repeat(900)}b`)]) {
      for (const body of ['a'.repeat(KIBIBYTE), `${'a'.repeat(KIBIBYTE - 1)}c`])
        shown(body, '', url);
    }
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('takes no more of a text than is kept of one', () => {
    expect(shown('x'.repeat(5_000))[0]).toBe('x'.repeat(KIBIBYTE));
    expect(shown('x'.repeat(5_000), '', inUrl(''))[0]).toBe('x'.repeat(KIBIBYTE));
  });

  it('is masked with one that it overlaps, or that is in it', () => {
    const [first, second] = ['abcdefghijklmnopqrst', 'klmnopqrstuvwxyz0123'];
    const both = 'abcdefghijklmnopqrstuvwxyz0123';
    expect(shown(`(${both})`, '', inUrl(`${first}/${second}`))[0]).toBe(`(${MASK})`);
    expect(shown(`(${both})`, '', inUrl(`${second}/${first}`))[0]).toBe(`(${MASK})`);
    expect(shown(`(${both})(${first})`, '', inUrl(`${first}/${both}`))[0]).toBe(
      `(${MASK})(${MASK})`,
    );
    expect(shown(`(${both.slice(0, 25)}`, '', inUrl(`${first}/${second}`))[0]).toBe(`(${MASK}`);
    expect(shown(`(${first}${first})`, '', inUrl(first))[0]).toBe(`(${MASK}${MASK})`);
  });

  it('may hold characters of regular expressions', () => {
    const part = 'a.b+c(d)[e]$f|g*h-i^j';
    expect(shown(`(${part})`, '', inUrl(part))[0]).toBe(`(${MASK})`);
    const other = part.replace('.', 'x');
    expect(shown(other, '', inUrl(part))[0]).toBe(other);
    expect(shown('abcdefghijklmnopq', '', inUrl('................'))[0]).toBe('abcdefghijklmnopq');
  });

  it('is masked as it is written and as it is read', () => {
    const url = inUrl('tok%2Fen%20of%20the%20path?sig=of+the%2Fquery+string');
    for (const form of [
      'tok%2Fen%20of%20the%20path',
      'tok/en of the path',
      'of+the%2Fquery+string',
      'of+the/query+string',
      'of the/query string',
    ]) {
      expect(shown(`<${form}>`, '', url)[0]).toBe(`<${MASK}>`);
    }
    const unreadable = '%E0%A4%A-not-an-encoding';
    expect(shown(unreadable, '', inUrl(unreadable))[0]).toBe(MASK);
  });
});
