// Texts that try to be more than text, wherever an event may hold one.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Message } from '../../../../lambdas/core/contracts/messages/message.ts';

const ATTACKS = [
  ...[
    '<!here>',
    '<!channel>',
    '<@U012AB3CD>',
    '<#C012AB3CD>',
    '<!subteam^S1>',
    '<!date^1^{date}|x>',
  ],
  ...[
    '@everyone',
    '@here',
    '<@1>',
    '<@!1>',
    '<@&1>',
    '<#1>',
    '<:a:1>',
    '<a:b:1>',
    '<t:1:R>',
    '</x:1>',
  ],
  ...[
    '<at>Bob</at>',
    '<AT id="0">',
    '{{DATE(2026-01-01T00:00:00Z, SHORT)}}',
    `$\{expression}`,
    '@{body()}',
  ],
  ...[
    'https://evil.example/x',
    'http://evil.example',
    'HTTPS://EVIL.EXAMPLE',
    'www.evil.example',
    'evil.com',
  ],
  ...[
    '<https://evil.example|click>',
    '[click](https://evil.example)',
    '<https://evil.example>',
    'a@evil.example',
  ],
  ...[
    'mailto:a@evil.example',
    'javascript:alert(1)',
    '![i](https://evil.example/i.png)',
    '[a]: https://evil.example',
  ],
  ...[
    '*b*',
    '**b**',
    '_i_',
    '__u__',
    '~s~',
    '~~s~~',
    '`c`',
    '```c```',
    '||s||',
    '# h',
    '-# s',
    '> q',
    '>>> q',
  ],
  ...[
    '- l',
    '* l',
    '1. l',
    '| a | b |',
    '***',
    '\\',
    '\\\\*b*',
    '\\<!here>',
    '&lt;!here&gt;',
    '&amp;',
    ':tada:',
  ],
  ...['\n', '\r\n', '\t', '\u0000', '\u001b[31m', '\u0085', '\u2028', '\u2029', '"}]}', '\\n'],
  ...['\u202e', '\u202d', '\u2066', '\u2069', '\u200e', '\u200f', '\u061c'],
  ...[
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u180e',
    '\u{e0041}',
    '\u3164',
    '\u2800',
  ],
  ...[
    '\ud800',
    '\udc00',
    '\udfff\ud800',
    '👩‍👩‍👧',
    'مرحبا',
    'שלום',
    'e\u0301',
    `z${'\u0335'.repeat(40)}`,
  ],
  ...[
    'x'.repeat(400),
    '<'.repeat(3_100),
    '\\'.repeat(2_000),
    '𝒳'.repeat(1_600),
    '@'.repeat(9_000),
    ' \u200d'.repeat(300),
  ],
];
export const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...ATTACKS),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constant(' '),
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));
export const LINK = 'https://app.acme.io/webhooks?a=b|c>d)e(f*g_h';
export const message: fc.Arbitrary<Message> = fc.record({
  title: hostile,
  sentences: fc.array(hostile, { maxLength: 12 }),
  fields: fc.array(fc.record({ name: hostile, value: hostile }), { maxLength: 24 }),
  link: fc.oneof(fc.constant(undefined), fc.record({ url: fc.constant(LINK), words: hostile })),
});

/** Without the pairs that give a value its own direction of writing: what a client may take no notice of. */
export const withoutIsolates = (text: string): string =>
  text.replace(/\u2068([^\u2068\u2069]+)\u2069/g, '$1');

/** What no shown text may hold, in any channel. */
export function expectPlain(shown: string): void {
  const text = withoutIsolates(shown);
  expect(text.isWellFormed()).toBe(true);
  // But the line break between a name and its value.
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  expect(text).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  expect(text).not.toMatch(/[\u00ad\u180e\u200b\ufeff\u3164]|[\u{e0000}-\u{e007f}]/u);
  expect(text).not.toMatch(/[\u200c\u200d]{2}/);
  expect(text).not.toMatch(/\p{M}{5}/u);
}

/** A message that is long in every part. */
export const full = (unit: string): Message => {
  const long = unit.repeat(9_000);
  return {
    title: long,
    sentences: Array(12).fill(long),
    fields: Array(24).fill({ name: long, value: long }),
    link: { url: LINK, words: long },
  };
};
export const UNITS = ['x', '漢', '😀', '<', '"', '\\', '@a', 'a.b', 'é '];
