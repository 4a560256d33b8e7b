// The help: of all commands, of a group, and of one.
import { type Command, GLOBAL_OPTIONS, type Option, optionsOf } from './command.ts';
import { described, wrapped } from './layout.ts';

const WIDTH = 80;
const COMPLETION = ['completion <shell>', 'print completion for bash, zsh or fish'] as const;

export function overview(commands: readonly Command[], group?: string): string {
  const shown =
    group === undefined ? commands : commands.filter(({ name }) => groupOf(name) === group);
  return [
    'posthorn <command> [options]',
    '',
    ...described(
      [
        ...shown.map((command) => [wordsOf(command), command.summary] as const),
        ...(group === undefined ? [COMPLETION] : []),
      ],
      WIDTH,
    ),
    '',
    'Global options:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    ...wrapped(
      'Run posthorn <command> --help for the options of a command. Parentheses show defaults.',
      WIDTH,
    ),
    ...wrapped(
      'Exit codes: 0 success, 1 refused or unsuccessful, 2 wrong usage, 3 not allowed, 4 not found, 5 service unreachable or failing.',
      WIDTH,
    ),
  ].join('\n');
}

export function helpOf(command: Command): string {
  const own = Object.entries(optionsOf(command)).filter(([name]) => !(name in GLOBAL_OPTIONS));
  return [
    `posthorn ${wordsOf(command)} [options]`,
    '',
    ...wrapped(command.summary, WIDTH),
    ...(own.length > 0 ? ['', ...optionLines(Object.fromEntries(own))] : []),
    '',
    'Global options:',
    ...optionLines(GLOBAL_OPTIONS),
  ].join('\n');
}

export const groupOf = (name: string): string => name.split(' ')[0] ?? '';

/** What follows a command's name, as the help shows it. */
export function argsOf({ args = [], optionalArg }: Command): string[] {
  const optional = optionalArg === undefined ? [] : [`[${optionalArg}]`];
  return [...args.map((arg) => `<${arg}>`), ...optional];
}

function wordsOf(command: Command): string {
  return [command.name, ...argsOf(command)].join(' ');
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  const rows = Object.entries(options).map(([name, { value, multiple, help }]) => {
    const taken = value === undefined ? '' : ` ${value}`;
    return [`--${name}${taken}${multiple ? ' ...' : ''}`, help] as const;
  });
  return described(rows, WIDTH);
}
