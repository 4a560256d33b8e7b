import { describe, expect, it } from 'vitest';
import { withoutUrl } from '../../../lambdas/core/requests/hidden-url.ts';
import { answered, failed } from '../../builders/outcomes.ts';

const TOKEN = 'abcDEF_ghijklmnop-QRSTUV';
const URL = `https://discordapp.com/api/webhooks/123/${TOKEN}?sig=a%2Bb-cdefghijklmnopqrs`;
const MASK = '*'.repeat(28);

function shown(body: string, location = '') {
  const outcome = {
    kind: 'response',
    response: { status: 301, headers: { location }, body },
  } as const;
  const after = withoutUrl(outcome, URL);
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
