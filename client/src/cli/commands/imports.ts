import { type Command, type CommandCall, type Option, requireYes, UsageError } from '../command.ts';
import { planConvoy, readConvoy } from '../import/convoy.ts';
import { planEventBridge } from '../import/eventbridge.ts';
import { planHookdeck, readHookdeck } from '../import/hookdeck.ts';
import type { Planned } from '../import/plan.ts';
import { runImport } from '../import/runner.ts';
import { planSvix, readSvix } from '../import/svix.ts';
import { VendorApi } from '../import/vendor-api.ts';
import { parsedObject, readInput } from '../json-input.ts';

const FILE: Option = { type: 'string', value: 'FILE|-', help: 'what the other service has' };
const COMMON: Readonly<Record<string, Option>> = {
  'dry-run': { type: 'boolean', help: 'show what would be done, and do nothing' },
  update: { type: 'boolean', help: 'change endpoints of an earlier import that differ' },
  yes: {
    type: 'boolean',
    help: 'required, unless --dry-run is given: endpoints get events at once',
  },
};
const fromUrl = (usual?: string): Option => ({
  type: 'string',
  value: 'URL',
  help: `address of its API${usual === undefined ? '' : ` (${usual})`}`,
});
const OWNERS = (what: string): Readonly<Record<string, Option>> => ({
  owner: { type: 'string', value: 'ID', help: `only the endpoints of this ${what}` },
  'by-owner': {
    type: 'boolean',
    help: `a tenant for each ${what}, made where it is missing; with the operator’s key`,
  },
});

const SVIX_URL = 'https://api.svix.com';
const HOOKDECK_URL = 'https://api.hookdeck.com';

export const IMPORT_COMMANDS: readonly Command[] = [
  {
    name: 'import svix',
    summary: 'import endpoints of Svix; its key is read from SVIX_AUTH_TOKEN',
    options: {
      'from-file': FILE,
      'from-url': fromUrl(SVIX_URL),
      ...OWNERS('application'),
      ...COMMON,
    },
    run: (call) =>
      imported(call, 'svix', planSvix, async () =>
        readSvix(apiOf(call, 'SVIX_AUTH_TOKEN', SVIX_URL), call.options.text('owner')),
      ),
  },
  {
    name: 'import hookdeck',
    summary:
      'import connections of Hookdeck; its key is read from HOOKDECK_API_KEY, the signing secret from HOOKDECK_SIGNING_SECRET',
    options: { 'from-file': FILE, 'from-url': fromUrl(HOOKDECK_URL), ...COMMON },
    run: (call) =>
      imported(
        call,
        'hookdeck',
        (exported) => planHookdeck(exported, call.env.HOOKDECK_SIGNING_SECRET),
        async () => readHookdeck(apiOf(call, 'HOOKDECK_API_KEY', HOOKDECK_URL)),
      ),
  },
  {
    name: 'import convoy',
    summary: 'import endpoints of Convoy; its key is read from CONVOY_API_KEY',
    options: {
      'from-file': FILE,
      'from-url': fromUrl(),
      project: { type: 'string', value: 'ID', help: 'required with --from-url: the project' },
      ...OWNERS('owner'),
      ...COMMON,
    },
    run: (call) =>
      imported(call, 'convoy', planConvoy, async () =>
        readConvoy(apiOf(call, 'CONVOY_API_KEY'), call.options.required('project')),
      ),
  },
  {
    name: 'import eventbridge',
    summary: 'import API destinations of EventBridge, from what the AWS CLI printed',
    options: { 'from-file': { ...FILE, help: `required: ${FILE.help}` }, ...COMMON },
    run: (call) =>
      imported(call, 'eventbridge', planEventBridge, () => {
        throw new UsageError('--from-file is missing');
      }),
  },
];

async function imported(
  call: CommandCall,
  vendor: string,
  plan: (exported: unknown) => Planned[],
  read: () => Promise<unknown>,
): Promise<void> {
  const { options, env } = call;
  if (!options.flag('dry-run')) {
    requireYes(options, 'endpoints get events as soon as they are created');
  }
  if (options.flag('by-owner') && (options.text('tenant') ?? env.POSTHORN_TENANT)) {
    throw new UsageError('give --tenant or --by-owner, not both');
  }
  const file = options.text('from-file');
  if (file !== undefined && options.text('from-url') !== undefined) {
    throw new UsageError('give --from-file or --from-url, not both');
  }
  const exported = file === undefined ? await read() : parsedObject(await readInput(file), file);
  const environment = options.text('environment') ?? env.POSTHORN_ENVIRONMENT;
  await runImport(call, vendor, plan(exported), environment === 'test' ? 'test' : undefined);
}

function apiOf({ env, options, out, signal }: CommandCall, name: string, usual?: string) {
  const key = env[name];
  if (!key) throw new UsageError(`the variable ${name} is missing, or give --from-file`);
  const base = options.text('from-url') ?? usual;
  if (base === undefined) throw new UsageError('give --from-file or --from-url');
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base) || /[?#]/.test(base)) {
    throw new UsageError(`--from-url ${base}: must be an http:// or https:// address`);
  }
  return new VendorApi(base, key, signal, (requests) => out.progress(`${requests} requests`));
}
