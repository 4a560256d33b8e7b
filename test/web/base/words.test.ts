import { afterEach, describe, expect, it } from 'vitest';
import { setWords, word } from '../../../web/src/base/words.ts';

afterEach(() => setWords({}));

describe('a word', () => {
  it.each([
    ['Endpoint', 'Webhook'],
    [' Endpoint ', ' Webhook '],
    ['Endpoints', 'Endpoints'],
    ['1 endpoint', '1 webhook'],
    ['1,204 endpoints of 20', 'webhooks: 1,204 / 20'],
    ['2xx', 'fine'],
    ['p95', 'p95'],
    ['12', '12'],
    ['constructor', 'constructor'],
    ['', ''],
  ])('%s is %s', (own, shown) => {
    setWords({
      Endpoint: 'Webhook',
      '{} endpoint': '{} webhook',
      '{} endpoints of {}': 'webhooks: {} / {}',
      '2xx': 'fine',
      '{}xx': 'wrong',
    });
    expect(word(own)).toBe(shown);
  });

  it('stays where the host gives none, or none that is a text', () => {
    setWords({ Endpoint: 7, Event: null } as unknown as Record<string, string>);
    expect(['Endpoint', 'Event', '3 events'].map(word)).toEqual(['Endpoint', 'Event', '3 events']);
  });

  it('takes a replacement as it is', () => {
    setWords({ Endpoint: "$& $1 $'" });
    expect(word('Endpoint')).toBe("$& $1 $'");
  });
});
