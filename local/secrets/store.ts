// The values of the stack's secrets on this machine: generated once as Secrets Manager would, kept
// in the data folder readable by its owner only.
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { DataFolder } from '../data-folder.ts';
import type { Stack } from '../stack/stack.ts';

const secretProperties = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .object({
      PasswordLength: z.number().default(32),
      ExcludeCharacters: z.string().default(''),
      ExcludeLowercase: z.boolean().default(false),
      ExcludeUppercase: z.boolean().default(false),
      ExcludeNumbers: z.boolean().default(false),
      ExcludePunctuation: z.boolean().default(false),
      IncludeSpace: z.boolean().default(false),
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
    })
    .optional(),
});
type Generation = NonNullable<z.infer<typeof secretProperties>['GenerateSecretString']>;

const FILE = 'secrets.json';

export class SecretStore {
  readonly #values = new Map<string, string>();
  readonly #logicalIds = new Map<string, string>();
  readonly #folder: DataFolder;
  /** When a secret was changed; of those that were not, when this process began. */
  readonly #changedAtMs = new Map<string, number>();
  readonly #startedAtMs = Date.now();

  /** `given` are values from outside, by ARN: they hold for this start and are not kept. */
  constructor(stack: Stack, folder: DataFolder, given: ReadonlyMap<string, string>) {
    this.#folder = folder;
    const kept = z.record(z.string(), z.string()).parse(folder.readSecretJson(FILE) ?? {});
    for (const { logicalId, properties } of stack.resources('AWS::SecretsManager::Secret')) {
      const { SecretString, GenerateSecretString } = secretProperties.parse(properties);
      const value = kept[logicalId] ?? SecretString ?? generate(GenerateSecretString);
      kept[logicalId] = value;
      const arn = stack.reference(logicalId);
      this.#values.set(arn, given.get(arn) ?? value);
      this.#logicalIds.set(arn, logicalId);
    }
    folder.writeSecretJson(FILE, kept);
  }

  /** By ARN, or by name as Secrets Manager also takes it. */
  arnOf(secretId: string): string | undefined {
    return [...this.#values.keys()].find(
      (arn) => arn === secretId || arn.includes(`:secret:${secretId}-`),
    );
  }

  changedAtMs(arn: string): number {
    return this.#changedAtMs.get(arn) ?? this.#startedAtMs;
  }

  /** A new value, kept for later starts too. */
  put(arn: string, value: string): void {
    const logicalId = this.#logicalIds.get(arn) ?? '';
    const kept = z.record(z.string(), z.string()).parse(this.#folder.readSecretJson(FILE) ?? {});
    this.#folder.writeSecretJson(FILE, { ...kept, [logicalId]: value });
    this.#values.set(arn, value);
    this.#changedAtMs.set(arn, Date.now());
  }

  value(arn: string): string | undefined {
    return this.#values.get(arn);
  }
}

function generate(rules: Generation | undefined): string {
  if (rules === undefined) return '';
  const alphabet = [
    rules.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rules.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    rules.IncludeSpace ? ' ' : '',
  ]
    .join('')
    .split('')
    .filter((character) => !rules.ExcludeCharacters.includes(character));
  const password = Array.from(
    { length: rules.PasswordLength },
    () => alphabet[randomInt(alphabet.length)],
  ).join('');
  if (rules.SecretStringTemplate === undefined || rules.GenerateStringKey === undefined) {
    return password;
  }
  return JSON.stringify({
    ...JSON.parse(rules.SecretStringTemplate),
    [rules.GenerateStringKey]: password,
  });
}
