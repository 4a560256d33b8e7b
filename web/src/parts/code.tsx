// JSON and headers as they are: coloured by tokens, never parsed and written again.
import { useMemo, useState } from 'preact/hooks';
import { asFloatingPoint, indented, isJson, tokensOf } from '../base/json-text.ts';
import { bytes } from '../base/numbers.ts';
import { Copy } from './copy.tsx';
import { Card } from './layout.tsx';

const CLASSES: Record<string, string | undefined> = {
  name: 'k',
  string: 's',
  number: 'n',
  word: 'n',
};

/** Control characters by their pictures, so that what is shown cannot act; what turns text around by its number. */
function harmless(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20)
      return code === 9 || code === 10 ? character : String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    const turns = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return turns ? `\\u${code.toString(16)}` : character;
  }).join('');
}

/** @param marks whether to mark numbers that a receiver changes which reads them as floating point */
export function Json({ text, marks }: { readonly text: string; readonly marks?: boolean }) {
  const parts = useMemo(
    () =>
      isJson(text)
        ? tokensOf(text).map(({ kind, text: part }, at) => {
            const name = CLASSES[kind];
            const shown = harmless(part);
            const other = marks && kind === 'number' ? asFloatingPoint(part) : undefined;
            if (other !== undefined) {
              return (
                <mark key={at} class="n" title={`A parser reads ${other}`}>
                  {shown}
                </mark>
              );
            }
            return name ? (
              <span key={at} class={name}>
                {shown}
              </span>
            ) : (
              shown
            );
          })
        : harmless(text),
    [text, marks],
  );
  return <bdi>{parts}</bdi>;
}

interface ExactProps {
  readonly title: string;
  readonly text: string;
}

/** A member of an answer as it was posted. */
export function ExactJson({ title, text }: ExactProps) {
  const [isIndented, setIndented] = useState(false);
  const changed = useMemo(
    () =>
      tokensOf(text).filter(
        ({ kind, text: part }) => kind === 'number' && asFloatingPoint(part) !== undefined,
      ),
    [text],
  );
  return (
    <Card
      title={title}
      aside={<span class="small muted">{bytes(text)}</span>}
      actions={
        <>
          <label class="check small">
            <input type="checkbox" checked={isIndented} onChange={() => setIndented(!isIndented)} />
            Indent for reading
          </label>
          <Copy text={text} what={title} words="Copy" />
        </>
      }
      footer={
        <>
          Order, spaces, escapes and numbers are the producer’s.
          {changed.length > 0 && (
            <>
              {' The marked numbers change in a receiver that reads them as floating point: '}
              {changed.slice(0, 3).map(({ text: number }, at) => (
                <span key={number + at}>
                  {at > 0 && ', '}
                  <code>{number}</code> becomes {asFloatingPoint(number)}
                </span>
              ))}
              .
            </>
          )}
        </>
      }
    >
      <pre class="code" dir="ltr" tabIndex={0} role="region" aria-label={title}>
        <Json text={isIndented ? indented(text) : text} marks />
      </pre>
    </Card>
  );
}

interface ExchangeProps {
  readonly label: string;
  /** `POST https://...`, or `503 Service Unavailable`. */
  readonly first: string;
  readonly tone?: 'ok' | 'bad';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A request or a response. */
export function Exchange({ label, first, tone, headers, body }: ExchangeProps) {
  return (
    <pre class="code" dir="ltr" role="region" aria-label={label} tabIndex={0}>
      <b class={tone && `is-${tone}`}>{harmless(first)}</b>
      {'\n'}
      {Object.entries(headers).map(([name, value]) => (
        <span key={name}>
          <bdi class="k">{harmless(name)}</bdi>: <bdi>{harmless(value)}</bdi>
          {'\n'}
        </span>
      ))}
      {body !== undefined && body !== '' && (
        <>
          {'\n'}
          <Json text={body} />
        </>
      )}
    </pre>
  );
}
