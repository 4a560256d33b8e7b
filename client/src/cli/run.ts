// Finds the command, reads its options, runs it, and says what went wrong, with an exit code.
import { parseArgs } from 'node:util';
import { ApiError, ConnectionError, PosthornError } from '../errors.ts';
import { harmless, harmlessJson } from '../harmless.ts';
import { jsonOf } from '../json-text.ts';
import { Posthorn } from '../posthorn.ts';
import { VERSION } from '../version.ts';
import {
  type Command,
  type Environment,
  GLOBAL_OPTIONS,
  OptionValues,
  optionsOf,
  parseConfigOf,
  requireYes,
  Unsuccessful,
  UsageError,
  type Values,
} from './command.ts';
import { COMMANDS } from './commands/all.ts';
import { completionOf } from './completion.ts';
import { argsOf, groupOf, helpOf, overview } from './help.ts';
import { Output } from './output.ts';
import { didYouMean } from './suggestion.ts';

const DEFAULT_URL = 'http://127.0.0.1:3000';
const LEAST_COLUMNS = 40;

const SHORT = new Map([
  ['-h', '--help'],
  ['-v', '--version'],
]);

/** Node.js has replaced what was not UTF-8 already, and another text would arrive than was meant. */
function requireUtf8(argv: readonly string[]): void {
  const wrong = argv.findIndex((word) => word.includes('\ufffd'));
  if (wrong < 0) return;
  const option = [argv[wrong]?.split('=')[0], argv[wrong - 1]].find((word) =>
    word?.startsWith('--'),
  );
  throw new UsageError(`${option ?? 'an argument'} is not UTF-8, or has U+FFFD in it`);
}

/** @returns the exit code */
export async function run(
  typed: readonly string[],
  env: Environment,
  signal: AbortSignal,
): Promise<number> {
  const isJson = typed.includes('--json');
  try {
    const argv = typed.map((word) => SHORT.get(word) ?? word);
    requireUtf8(argv);
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
      `${isJson ? harmlessJson(jsonOf(faultOf(error))) : `posthorn: ${wordsOf(error)}`}\n`,
    );
    return code;
  }
}

async function runCommand(
  command: Command,
  argv: readonly string[],
  env: Environment,
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
  const mayFollow = command.optionalArg === undefined ? 0 : 1;
  if (args.length < expected.length || args.length > expected.length + mayFollow) {
    const wanted = argsOf(command).join(' ') || 'nothing';
    throw new UsageError(`${command.name} expects ${wanted}, got ${args.join(' ') || 'nothing'}`);
  }
  // As of a variable that is not set: an empty id would be the path of another operation.
  expected.forEach((name, at) => {
    if (/^\s*$|^\.{1,2}$/.test(args[at] ?? '')) {
      throw new UsageError(`${command.name}: <${name}> is empty, or only dots`);
    }
  });
  const options = new OptionValues(values);
  if (command.irreversible !== undefined) requireYes(options, command.irreversible);
  await command.run({
    posthorn: clientOf(options, env),
    out: new Output(isJson, terminalOf(env)),
    arg: (at) => args[at] ?? '',
    options,
    env,
    signal,
  });
}

/** https://no-color.org: the variable counts unless it is empty. */
function terminalOf(env: Environment) {
  const { stdout } = process;
  // A file or a pipe has no width, and programs there read line by line.
  const columns = Number(env.COLUMNS) || stdout.columns || Number.POSITIVE_INFINITY;
  return {
    write: (text: string) => void stdout.write(text),
    columns: Math.max(LEAST_COLUMNS, columns),
    hasColours: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}

function parse(
  command: Command,
  argv: readonly string[],
): { values: Values; positionals: string[] } {
  const options = optionsOf(command);
  const config = {
    args: [...argv],
    options: parseConfigOf(options),
    allowPositionals: true,
  } as const;
  const { tokens } = parseArgs({ ...config, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      const known = Object.keys(options).map((one) => `--${one}`);
      const meant = didYouMean(rawName, known);
      throw new UsageError(`${command.name} has no option ${rawName}${meant}`);
    }
    if (seen.has(name) && !option.multiple) throw new UsageError(`--${name} was given twice`);
    seen.add(name);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The command, or the help to print. */
function findCommand(argv: readonly string[]): Command | string {
  const words = wordsIn(argv);
  const named = words.slice(words[0] === 'help' ? 1 : 0);
  const found = COMMANDS.find(
    ({ name }) => name === named.slice(0, name.split(' ').length).join(' '),
  );
  if (found) return named === words || words[0] !== 'help' ? found : helpOf(found);
  if (argv.includes('--version')) return VERSION;
  const [group, ...others] = named;
  if (group === undefined) return overview(COMMANDS);
  if (group === 'completion') return completionOf(others[0], COMMANDS);
  const isGroup = COMMANDS.some(({ name }) => groupOf(name) === group);
  if (isGroup && others.length === 0) return overview(COMMANDS, group);
  const typed = named.slice(0, isGroup ? 2 : undefined).join(' ');
  const names = COMMANDS.map(({ name }) => name);
  const meant =
    didYouMean(named.slice(0, 2).join(' '), names) || didYouMean(group, names.map(groupOf));
  const listed = isGroup ? `posthorn ${group} lists its commands` : 'posthorn --help lists all';
  throw new UsageError(`unknown command ${harmless(typed)}${meant || `: ${listed}`}`);
}

/** Of options only those that all commands share are known yet, so the command comes before its own. */
function wordsIn(argv: readonly string[]): string[] {
  const config = {
    args: [...argv],
    options: parseConfigOf(GLOBAL_OPTIONS),
    strict: false,
  } as const;
  return parseArgs({ ...config, allowPositionals: true }).positionals;
}

function clientOf(options: OptionValues, env: Environment): Posthorn {
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
