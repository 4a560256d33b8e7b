// Completion of commands and options in a shell: scripts made from the same table as the help.
import { type Command, optionsOf, UsageError } from './command.ts';

const SHELLS = { bash, zsh, fish } as const;

/** @throws UsageError */
export function completionOf(shell: string | undefined, commands: readonly Command[]): string {
  const script = Object.entries(SHELLS).find(([name]) => name === shell)?.[1];
  if (!script) {
    const names = Object.keys(SHELLS).join(', ');
    throw new UsageError(
      `completion expects one of ${names}, such as: eval "$(posthorn completion bash)"`,
    );
  }
  return script(commands);
}

function bash(commands: readonly Command[]): string {
  const groups = groupsOf(commands);
  const cases = [
    ...commands.map((command) => {
      const pattern = command.name.includes(' ') ? `'${command.name}'` : `'${command.name} '*`;
      return [pattern, flagsOf(command).join(' ')];
    }),
    ...[...groups]
      .filter(([, words]) => words.length > 0)
      .map(([group, words]) => [`'${group} '*`, words.join(' ')]),
    ["' '*", [...groups.keys(), 'completion', 'help'].join(' ')],
  ];
  return `_posthorn() {
  local current="\${COMP_WORDS[COMP_CWORD]}" first='' second='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *) if [ -z "$first" ]; then first="$word"; elif [ -z "$second" ]; then second="$word"; fi ;;
    esac
  done
  case "$first $second" in
${cases.map(([pattern, words]) => `    ${pattern}) words='${words}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _posthorn posthorn`;
}

function zsh(commands: readonly Command[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
}

function fish(commands: readonly Command[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
  const seen = (words: string) => `__fish_seen_subcommand_from ${words}`;
  const lines = [...groupsOf(commands)].flatMap(([group, words]) => [
    `complete -c posthorn -f -n __fish_use_subcommand -a ${group}`,
    ...words.map((word) => {
      const when = `${seen(group)}; and not ${seen(words.join(' '))}`;
      return `complete -c posthorn -f -n ${quoted(when)} -a ${word}`;
    }),
  ]);
  const options = commands.flatMap((command) => {
    const when = command.name.split(' ').map(seen).join('; and ');
    return Object.entries(optionsOf(command)).map(([name, { type, help }]) => {
      const value = type === 'string' ? ' -r' : '';
      return `complete -c posthorn -n ${quoted(when)} -l ${name}${value} -d ${quoted(help)}`;
    });
  });
  return [...lines, ...options].join('\n');
}

/** The first words, each with those that may follow it. */
function groupsOf(commands: readonly Command[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const [group = '', word] = name.split(' ');
    groups.set(group, [...(groups.get(group) ?? []), ...(word === undefined ? [] : [word])]);
  }
  return groups;
}

const flagsOf = (command: Command) => Object.keys(optionsOf(command)).map((name) => `--${name}`);
