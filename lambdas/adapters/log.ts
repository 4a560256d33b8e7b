// One JSON line per thing worth knowing, never with a secret or a payload. Every byte is paid for: lines bypass the
// console, which Lambda would wrap each in a line of its own, and informational ones have no level.

type Fields = Readonly<Record<string, unknown>>;

export const log = {
  info: (message: string, fields: Fields = {}) => write(process.stdout, { message, ...fields }),
  warn: (message: string, fields: Fields = {}) =>
    write(process.stderr, { level: 'warn', message, ...fields }),
  error: (message: string, error: unknown, fields: Fields = {}) =>
    write(process.stderr, { level: 'error', message, ...fields, ...describe(error) }),
};

function write(stream: NodeJS.WriteStream, line: Fields): void {
  stream.write(`${JSON.stringify(line)}\n`);
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause === undefined ? undefined : String(error.cause);
  return { error: error.message, errorName: error.name, stack: error.stack, cause };
}
