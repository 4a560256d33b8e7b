// The help: of all commands, of a group, and of one.
import { type Command, GLOBAL_OPTIONS, type Option } from './command.ts';

export function overview(commands: readonly Command[], group?: string): string {
  const shown =
    group === undefined ? commands : commands.filter(({ name }) => groupOf(name) === group);
  const width = Math.max(...shown.map((command) => wordsOf(command).length));
  const lines = shown.map((command) => `  ${wordsOf(command).padEnd(width)}  ${command.summary}`);
  return [
    'posthorn <command> [options]',
    '',
    ...lines,
    '',
    'Global options:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'Run posthorn <command> --help for the options of a command. Parentheses show defaults.',
    'Exit codes: 0 success, 1 refused or unsuccessful, 2 wrong usage, 3 not allowed, 4 not found,',
    '5 service unreachable or failing.',
  ].join('\n');
}

export function helpOf(command: Command): string {
  const options = Object.entries(command.options ?? {});
  return [
    `posthorn ${wordsOf(command)} [options]`,
    '',
    command.summary,
    ...(options.length > 0 ? ['', ...optionLines(command.options ?? {})] : []),
    '',
    'Global options:',
    ...optionLines(GLOBAL_OPTIONS),
  ].join('\n');
}

export const groupOf = (name: string): string => name.split(' ')[0] ?? '';

function wordsOf({ name, args = [] }: Command): string {
  return [name, ...args.map((arg) => `<${arg}>`)].join(' ');
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  const left = Object.entries(options).map(([name, { value, multiple }]) => {
    const taken = value === undefined ? '' : ` ${value}`;
    return `--${name}${taken}${multiple ? ' ...' : ''}`;
  });
  const width = Math.max(...left.map(({ length }) => length));
  return Object.values(options).map(({ help }, at) => `  ${left[at]?.padEnd(width)}  ${help}`);
}
