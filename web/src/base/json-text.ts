// JSON as text: tokens for colours and indentation, and a member's exact source. Nothing is parsed into numbers.
export type TokenKind = 'name' | 'string' | 'number' | 'word' | 'mark' | 'space' | 'other';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const TOKEN = /(\s+)|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|([a-z]+)|([{}[\],:])|(.)/gsy;

export function tokensOf(json: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (const [text, space, string, number, word, mark] of json.matchAll(TOKEN)) {
    const kind = space
      ? 'space'
      : string
        ? 'string'
        : number
          ? 'number'
          : word
            ? 'word'
            : mark
              ? 'mark'
              : 'other';
    tokens.push({ kind, text });
  }
  return tokens.map((token, at) =>
    token.kind === 'string' && isName(tokens, at) ? { ...token, kind: 'name' } : token,
  );
}

function isName(tokens: readonly Token[], at: number): boolean {
  const next = tokens.slice(at + 1, at + 3).find(({ kind }) => kind !== 'space');
  return next?.text === ':';
}

/** The source text of a member of the outermost object. */
export function memberText(json: string, name: string): string | undefined {
  let depth = 0;
  let taken: string | undefined;
  for (const { kind, text } of tokensOf(json)) {
    if (taken !== undefined && depth === 1 && (text === ',' || text === '}')) return taken.trim();
    if (text === '}' || text === ']') depth--;
    if (taken !== undefined && !(taken === '' && text === ':')) taken += text;
    if (kind === 'mark' && (text === '{' || text === '[')) depth++;
    if (depth === 1 && kind === 'name' && taken === undefined && JSON.parse(text) === name)
      taken = '';
  }
  return undefined;
}

/** The same tokens with other white space, for reading. */
export function indented(json: string): string {
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  const tokens = tokensOf(json).filter(({ kind }) => kind !== 'space');
  return tokens
    .map(({ kind, text }, at) => {
      if (kind !== 'mark') return text;
      const isEmpty = /^[}\]]$/.test(tokens[at + 1]?.text ?? '');
      if (text === ':') return ': ';
      if (text === ',') return `,${line()}`;
      if (text === '{' || text === '[') {
        if (isEmpty) return text;
        depth++;
        return text + line();
      }
      if (/^[{[]$/.test(tokens[at - 1]?.text ?? '')) return text;
      depth--;
      return line() + text;
    })
    .join('');
}

/** What a receiver gets that reads the number as floating point; undefined if it stays the same. */
export function asFloatingPoint(number: string): string | undefined {
  const read = String(Number(number));
  return read === number ? undefined : read;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
