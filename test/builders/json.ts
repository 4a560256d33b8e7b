// JSON texts with the value that each stands for: every spelling that the grammar allows (RFC 8259).
import fc from 'fast-check';

export interface FormattedJson {
  readonly source: string;
  readonly value: unknown;
}

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);

const HEX = (unit: number) => unit.toString(16).padStart(4, '0');
const SHORT = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** One code point in one of its spellings; what must be escaped always is. */
function spelled(character: string, style: number): string {
  const code = character.codePointAt(0) ?? 0;
  const short = SHORT.get(character);
  const mustEscape = code < 0x20 || short !== undefined || (code >= 0xd800 && code <= 0xdfff);
  if (style === 0 && !mustEscape) return character;
  if (style === 1 && character === '/') return '\\/';
  if (style !== 2 && short !== undefined) return short;
  if (style < 2 && !mustEscape) return character;
  return [...Array(character.length).keys()]
    .map((index) => `\\u${HEX(character.charCodeAt(index))}`)
    .map((unit, index) =>
      style === 3 && index === 0 ? unit.toUpperCase().replace('U', 'u') : unit,
    )
    .join('');
}

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0x10ffff }),
  fc.constantFrom(0, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff, 0xd800, 0xdfff, 0x1f600, 0x22, 0x5c),
);

const string: fc.Arbitrary<FormattedJson> = fc
  .array(fc.tuple(codePoint, fc.integer({ min: 0, max: 3 })), { maxLength: 12 })
  .map((characters) => {
    const body = characters.map(([code, style]) => spelled(String.fromCodePoint(code), style));
    const value = characters.map(([code]) => String.fromCodePoint(code)).join('');
    return { source: `"${body.join('')}"`, value };
  });

const numberSource = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,8})?([eE][+-]?\d{1,2})?$/);
const literal: fc.Arbitrary<FormattedJson> = fc.oneof(
  fc.constantFrom('null', 'true', 'false').map((source) => ({ source, value: JSON.parse(source) })),
  numberSource.map((source) => ({ source, value: Number(source) })),
);

/** Any JSON value, up to five levels deep, with distinct keys. */
export const formattedJson: fc.Arbitrary<FormattedJson> = fc.letrec<{ any: FormattedJson }>(
  (tie) => ({
    any: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(literal, string),
      fc.array(fc.tuple(space, tie('any'), space), { maxLength: 4 }).map((items) => ({
        source: `[${items.map(([a, item, b]) => a + item.source + b).join(',')}]`,
        value: items.map(([, item]) => item.value),
      })),
      fc
        .uniqueArray(fc.tuple(space, string, space, tie('any')), {
          maxLength: 4,
          selector: ([, key]) => key.value,
        })
        .map((members) => ({
          source: `{${members.map(([a, key, b, item]) => `${a}${key.source}${b}:${a}${item.source}${b}`).join(',')}}`,
          value: Object.fromEntries(members.map(([, key, , item]) => [key.value, item.value])),
        })),
    ),
  }),
).any;
