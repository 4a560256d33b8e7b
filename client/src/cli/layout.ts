// Text that fits a terminal: tables, names with values, and paragraphs.

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** In columns of a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (!/\p{M}/u.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const padded = (text: string, width: number) =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Lines of at most this width, broken between words; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || widthOf(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** Names on the left, texts on the right, which go on below each other. */
export function described(
  rows: readonly (readonly [name: string, text: string])[],
  width: number,
  indent = '  ',
): string[] {
  const left = Math.max(0, ...rows.map(([name]) => widthOf(name)));
  const right = width - indent.length - left - 2;
  return rows.flatMap(([name, text]) =>
    wrapped(text, right).map((line, at) =>
      `${indent}${padded(at === 0 ? name : '', left)}  ${line}`.trimEnd(),
    ),
  );
}

/**
 * A table. Columns that the width has no room for follow each row, by their names; the first column is always there.
 * @param rows the first one has the names
 */
export function table(rows: readonly (readonly string[])[], width: number): string[] {
  const [names = [], ...entries] = rows;
  const widths = names.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  let fitting = 0;
  for (let used = -2; fitting < widths.length; fitting++) {
    used += 2 + (widths[fitting] ?? 0);
    if (fitting > 0 && used > width) break;
  }
  const lineOf = (row: readonly string[]) =>
    row
      .slice(0, fitting)
      .map((cell, at) => padded(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const restOf = (row: readonly string[]) =>
    row.slice(fitting).flatMap((cell, at) => (cell === '-' ? [] : [[names[fitting + at], cell]]));
  return [
    lineOf(names),
    ...entries.flatMap((row) => [lineOf(row), ...packed(restOf(row) as [string, string][], width)]),
  ];
}

/** `name: value, name: value`, as many on a line as there is room for. */
function packed(
  pairs: readonly (readonly [name: string, value: string])[],
  width: number,
): string[] {
  const lines: string[] = [];
  for (const [name, value] of pairs) {
    const pair = `${name.toLowerCase()}: ${value}`;
    const line = lines.at(-1);
    if (line !== undefined && widthOf(line) + 2 + widthOf(pair) <= width) {
      lines[lines.length - 1] = `${line}, ${pair}`;
    } else if (widthOf(pair) + 2 <= width) lines.push(`  ${pair}`);
    else lines.push(...wrapped(pair, width - 4).map((one, at) => (at === 0 ? '  ' : '    ') + one));
  }
  return lines;
}
