// The report of a test, cut to its share of an answer that shows many.
import type { TestReport } from '../../core/deliveries/test.ts';

const CUT = '…';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** @param maxBytes of the report as JSON; where it is more, the bodies share what the rest of it leaves */
export function withinBytes(report: TestReport, maxBytes: number): TestReport {
  if (bytesOf(report) <= maxBytes) return report;
  const { request, response } = report;
  const withBodies = (sent: string, answered: string): TestReport => ({
    ...report,
    request: request && { ...request, body: sent },
    response: response && { ...response, body: answered },
  });
  const left = maxBytes - bytesOf(withBodies('', ''));
  const [sent = '', answered = ''] = [request?.body, response?.body];
  const short = Math.min(bytesOf(sent), bytesOf(answered), Math.floor(left / 2));
  const [first, second] =
    bytesOf(sent) < bytesOf(answered) ? [short, left - short] : [left - short, short];
  return withBodies(cutTo(sent, first), cutTo(answered, second));
}

/** The longest beginning whose JSON is no longer. */
function cutTo(text: string, maxBytes: number): string {
  if (bytesOf(text) <= maxBytes) return text;
  let [low, high] = [0, Math.min(text.length, Math.max(0, maxBytes))];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bytesOf(text.slice(0, middle) + CUT) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  // Not between the halves of a surrogate pair.
  const isHalf = /[\uD800-\uDBFF]$/.test(text.slice(0, low));
  return text.slice(0, isHalf ? low - 1 : low) + CUT;
}
