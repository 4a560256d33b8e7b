// Finds the command, reads its options, runs it, and says what went wrong, with an exit code.
import { parseArgs } from 'node:util';
import { ApiError, ConnectionError, PosthornError } from '../errors.ts';
import { harmless, harmlessJson } from '../harmless.ts';
import { Posthorn } from '../posthorn.ts';
import { VERSION } from '../version.ts';
import {
  type Command,
  OptionValues,
  parseConfigOf,
  Unsuccessful,
  UsageError,
  type Values,
} from './command.ts';
import { COMMANDS } from './commands/all.ts';
import { groupOf, helpOf, overview } from './help.ts';
import { Output } from './output.ts';

const DEFAULT_URL = 'http://127.0.0.1:3000';

/** @returns the exit code */
export async function run(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  const isJson = argv.includes('--json');
  try {
    const command = findCommand(argv);
    if (typeof command === 'string') {
      process.stdout.write(`${command}\n`);
      return 0;
    }
    await runCommand(command, argv, env, signal, isJson);
    return 0;
  } catch (error) {
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return 0;
    const code = exitCodeOf(error);
    process.stderr.write(
      `${isJson ? harmlessJson(faultOf(error)) : `posthorn: ${wordsOf(error)}`}\n`,
    );
    return code;
  }
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  isJson: boolean,
): Promise<void> {
  const { values, positionals } = parse(command, argv);
  if (values.help === true) {
    process.stdout.write(`${helpOf(command)}\n`);
    return;
  }
  const words = command.name.split(' ').length;
  const args = positionals.slice(words);
  const expected = command.args ?? [];
  if (args.length !== expected.length) {
    const wanted = expected.map((name) => `<${name}>`).join(' ') || 'nothing';
    throw new UsageError(`${command.name} expects ${wanted}, got ${args.join(' ') || 'nothing'}`);
  }
  const options = new OptionValues(values);
  await command.run({
    posthorn: clientOf(options, env),
    out: new Output(isJson, (text) => process.stdout.write(text)),
    arg: (at) => args[at] ?? '',
    options,
    signal,
  });
}

function parse(
  command: Command,
  argv: readonly string[],
): { values: Values; positionals: string[] } {
  try {
    const options = parseConfigOf(command.options ?? {});
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The command, or the help to print. */
function findCommand(argv: readonly string[]): Command | string {
  const words = wordsIn(argv);
  const found = COMMANDS.find(
    ({ name }) => name === words.slice(0, name.split(' ').length).join(' '),
  );
  if (found) return found;
  if (argv.includes('--version')) return VERSION;
  const [group] = words;
  if (group === undefined) return overview(COMMANDS);
  if (!COMMANDS.some(({ name }) => groupOf(name) === group)) {
    throw new UsageError(
      `unknown command ${harmless(words.join(' '))}: posthorn --help lists all commands`,
    );
  }
  if (words.length === 1) return overview(COMMANDS, group);
  throw new UsageError(
    `unknown command ${harmless(words.slice(0, 2).join(' '))}: posthorn ${group} lists its commands`,
  );
}

/** Of options only those that all commands share are known yet, so the command comes before its own. */
function wordsIn(argv: readonly string[]): string[] {
  const config = { args: [...argv], options: parseConfigOf({}), strict: false } as const;
  return parseArgs({ ...config, allowPositionals: true }).positionals;
}

function clientOf(
  options: OptionValues,
  env: Readonly<Record<string, string | undefined>>,
): Posthorn {
  const environment = options.text('environment') ?? (env.POSTHORN_ENVIRONMENT || undefined);
  if (environment !== undefined && environment !== 'live' && environment !== 'test') {
    throw new UsageError(`environment ${environment}: must be live or test`);
  }
  const url = options.text('url') ?? (env.POSTHORN_URL || DEFAULT_URL);
  try {
    return new Posthorn({
      url,
      key: options.text('key') ?? (env.POSTHORN_KEY || undefined),
      tenant: options.text('tenant') ?? (env.POSTHORN_TENANT || undefined),
      environment,
      userAgent: 'posthorn-cli',
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  if (error instanceof ConnectionError) return 5;
  if (error instanceof ApiError) {
    const { status } = error;
    if (status === 401 || status === 403) return 3;
    if (status === 404) return 4;
    return status === 429 || status >= 500 ? 5 : 1;
  }
  return 1;
}

/** Line by line: only our own breaks are left in it. */
function wordsOf(error: unknown): string {
  // Its message is harmless, and has a line for each fault.
  if (error instanceof ApiError) {
    return error.status === 401
      ? `${error.message}\nGive a key with --key or POSTHORN_KEY.`
      : error.message;
  }
  if (error instanceof ConnectionError)
    return `${harmless(error.message)}\nIs the service running? Set its address with --url or POSTHORN_URL.`;
  const isOurs =
    error instanceof UsageError || error instanceof Unsuccessful || error instanceof PosthornError;
  if (isOurs) return harmless(error.message);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return [String(error), ...frames].map(harmless).join('\n');
}

function faultOf(error: unknown): object {
  if (error instanceof ApiError) return { error: error.code, problem: error.problem };
  const code =
    error instanceof PosthornError
      ? error.code
      : error instanceof UsageError
        ? 'usage'
        : 'unsuccessful';
  return { error: code, detail: error instanceof Error ? error.message : String(error) };
}
