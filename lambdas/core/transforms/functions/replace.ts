// $replace: of a text or of what a regular expression finds, with `$1` for its groups.
import type { Found } from '../regex.ts';
import { Regex } from '../regex.ts';
import type { Work } from '../work.ts';

export function replaced(
  text: string,
  pattern: string | Regex,
  replacement: string,
  limit: number,
  work: Work,
): string {
  if (pattern instanceof Regex) work.takeText(text.length);
  else work.takeSearch(text, pattern);
  const parts: string[] = [];
  let from = 0;
  let count = 0;
  const put = (part: string): void => {
    work.takeText(part.length);
    parts.push(part);
  };
  const places = pattern instanceof Regex ? pattern.matches(text, work) : placesOf(text, pattern);
  if (limit <= 0) return text;
  for (const found of places) {
    put(text.slice(from, found.from));
    put(pattern instanceof Regex ? substituted(replacement, found, work) : replacement);
    from = found.to;
    if (++count >= limit) break;
  }
  put(text.slice(from));
  return parts.join('');
}

function* placesOf(text: string, wanted: string): Generator<Found> {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    yield { text: wanted, from: at, to: at + wanted.length, groups: [] };
  }
}

/** `$0` is all that was found, `$1` a group of it, `$$` the sign itself; a number beyond the groups has its last digit behind it. */
function substituted(replacement: string, { text, groups }: Found, work: Work): string {
  work.takeText(replacement.length);
  const digits = Math.max(1, String(groups.length).length);
  let result = '';
  let at = 0;
  for (let sign = replacement.indexOf('$'); sign >= 0; sign = replacement.indexOf('$', at)) {
    result += replacement.slice(at, sign);
    at = sign + 1;
    const next = replacement.charAt(at);
    if (next === '$' || next === '0') {
      const all = next === '$' ? '$' : text;
      work.takeText(all.length);
      result += all;
      at++;
      continue;
    }
    const [number = ''] = /^\d*/.exec(replacement.slice(at, at + digits)) ?? [];
    const isBeyond = number.length > 1 && Number(number) > groups.length;
    const kept = isBeyond ? number.slice(0, -1) : number;
    if (kept === '') {
      result += '$';
      continue;
    }
    const group = groups[Number(kept) - 1] ?? '';
    work.takeText(group.length);
    result += group;
    at += String(Number(kept)).length;
  }
  return result + replacement.slice(at);
}
