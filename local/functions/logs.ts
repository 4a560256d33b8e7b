// What of the functions' log lines reaches the terminal: one line per attempt, warnings and errors;
// everything with POSTHORN_LOG=json.
import { createWriteStream } from 'node:fs';
import { z } from 'zod';
import { isObject, type JsonObject } from '../json.ts';
import { harmless, printable } from '../terminal.ts';

export interface LogSink {
  out(line: string): void;
  error(line: string): void;
}

export const TERMINAL: LogSink = {
  out: (line) => console.log(printable(line)),
  error: (line) => console.error(printable(line)),
};

const attemptShape = z.object({
  message: z.literal('attempt'),
  eventId: z.string(),
  endpointId: z.string(),
  eventType: z.string().default(''),
  attempt: z.number(),
  outcome: z.string(),
  durationMs: z.number().default(0),
  state: z.string(),
  nextDelayMs: z.number().optional(),
});
type Attempt = z.infer<typeof attemptShape>;

export function logPrinter(sink: LogSink, everything: boolean) {
  return (line: string, stream: 'stdout' | 'stderr'): void => {
    const entry = parseEntry(line);
    const attempt = attemptShape.safeParse(entry);
    if (everything) sink.out(line);
    else if (attempt.success) sink.out(attemptLine(attempt.data));
    else if (isWorthSeeing(entry, stream)) sink.error(line);
  };
}

/** Hands every line on, and keeps it in a file; undefined keeps none. */
export function keepLines(
  file: string | undefined,
  next: (line: string, stream: 'stdout' | 'stderr') => void,
): { onLine: typeof next; close(): Promise<void> } {
  if (file === undefined) return { onLine: next, close: async () => undefined };
  const kept = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not end the service.
  kept.on('error', () => undefined);
  return {
    onLine(line, stream) {
      kept.write(`${line}\n`);
      next(line, stream);
    },
    close: () => new Promise((resolve) => kept.end(() => resolve())),
  };
}

/** What is no log line of ours comes from Node or a library: on stderr it may matter. */
function isWorthSeeing(entry: JsonObject | undefined, stream: 'stdout' | 'stderr'): boolean {
  if (entry === undefined) return stream === 'stderr';
  return ['error', 'warn', 'fatal'].includes(String(entry.level ?? '').toLowerCase());
}

/** `✓ dossier.created evt_1 → ep_1 attempt 1 http_200 12 ms` */
export function attemptLine(attempt: Attempt): string {
  const { eventType, eventId, endpointId, outcome, durationMs, nextDelayMs } = attempt;
  const mark = { delivered: '✓', waiting: '↻', dead: '✗' }[attempt.state] ?? '·';
  const next = nextDelayMs === undefined ? '' : `, next in ${duration(nextDelayMs)}`;
  const end = attempt.state === 'dead' ? ', dead' : next;
  return `${mark} ${harmless(eventType)} ${eventId} → ${endpointId} attempt ${attempt.attempt} ${outcome} ${Math.round(durationMs)} ms${end}`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}

function parseEntry(line: string): JsonObject | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
