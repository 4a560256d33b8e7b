// One JSON line per thing worth knowing. No secret and no payload ever goes in here.

type Level = 'info' | 'warn' | 'error';

function write(level: Level, message: string, fields: Readonly<Record<string, unknown>>): void {
  // Past the console: Lambda would wrap each line in one of its own, and every byte is paid for.
  const stream = level === 'info' ? process.stdout : process.stderr;
  stream.write(`${JSON.stringify({ level, message, ...fields })}\n`);
}

export const log = {
  info: (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
    write('info', message, fields),
  warn: (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
    write('warn', message, fields),
  error: (message: string, error: unknown, fields: Readonly<Record<string, unknown>> = {}) =>
    write('error', message, { ...fields, ...describe(error) }),
};

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause === undefined ? {} : { cause: String(error.cause) };
  return { error: error.message, errorName: error.name, stack: error.stack, ...cause };
}
