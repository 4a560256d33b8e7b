// What a command is: its words, its options, and what it does. Help and parsing come from the same table.
import type { ParseArgsConfig } from 'node:util';
import type { Posthorn } from '../posthorn.ts';
import type { Output } from './output.ts';
import { didYouMean } from './suggestion.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** How the value is called in the help. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  /** As it is typed: `endpoints list`. */
  readonly name: string;
  readonly summary: string;
  /** Names of what must follow. */
  readonly args?: readonly string[];
  /** The name of what may follow those. */
  readonly optionalArg?: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** Why it must be confirmed with --yes: what cannot be undone. */
  readonly irreversible?: string;
  run(call: CommandCall): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandCall {
  readonly posthorn: Posthorn;
  readonly out: Output;
  /** The argument at this place of `args`, counted from 0. */
  arg(at: number): string;
  readonly options: OptionValues;
  /** The variables of the process. */
  readonly env: Environment;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Wrong words or options: exit code 2. */
export class UsageError extends Error {}

/** The command did what it should, and what it found is not good: exit code 1. */
export class Unsuccessful extends Error {}

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The options that were given, as what they are. */
export class OptionValues {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name} is missing`);
    return value;
  }

  texts(name: string): string[] | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  count(name: string, least = 1): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least) {
      throw new UsageError(`--${name} ${value}: must be a whole number of at least ${least}`);
    }
    return number;
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((one) => one === value);
    if (!found) {
      const meant = didYouMean(value, allowed);
      throw new UsageError(`--${name} ${value}: must be one of ${allowed.join(', ')}${meant}`);
    }
    return found;
  }
}

export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  url: {
    type: 'string',
    value: 'URL',
    help: 'address of the service (POSTHORN_URL, http://127.0.0.1:3000)',
  },
  key: { type: 'string', value: 'KEY', help: 'an API key (POSTHORN_KEY)' },
  tenant: {
    type: 'string',
    value: 'ID',
    help: 'the tenant, with the operator’s key (POSTHORN_TENANT)',
  },
  environment: {
    type: 'string',
    value: 'live|test',
    help: 'the environment, with the operator’s key (POSTHORN_ENVIRONMENT)',
  },
  json: { type: 'boolean', help: 'print JSON; tail and listen print an object per line' },
  help: { type: 'boolean', help: 'show the options of a command' },
};

/** All options of a command. */
export function optionsOf({ options = {}, irreversible }: Command): Record<string, Option> {
  const yes: Option = { type: 'boolean', help: `required: ${irreversible}` };
  return { ...options, ...(irreversible !== undefined && { yes }), ...GLOBAL_OPTIONS };
}

/** @throws UsageError unless it is confirmed */
export function requireYes(options: OptionValues, irreversible: string): void {
  if (!options.flag('yes')) throw new UsageError(`${irreversible}: confirm with --yes`);
}

export function parseConfigOf(options: Readonly<Record<string, Option>>) {
  const entries = Object.entries(options);
  return Object.fromEntries(
    entries.map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  ) satisfies ParseArgsConfig['options'];
}
