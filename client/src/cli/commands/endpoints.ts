import type { Endpoint, EndpointChanges, EndpointInput } from '../../models.ts';
import {
  type Command,
  type CommandCall,
  type Option,
  Unsuccessful,
  UsageError,
} from '../command.ts';
import { exactObject, objectText, readInput } from '../json-input.ts';
import { showReplay, WAIT } from '../progress.ts';
import { LIMIT, showList, timeOf } from './listing-options.ts';

const SETTINGS: Readonly<Record<string, Option>> = {
  'event-type': {
    type: 'string',
    multiple: true,
    value: 'PATTERN',
    help: 'event types that it gets, such as dossier.* (all)',
  },
  channel: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'channels that it is bound to (any)',
  },
  description: { type: 'string', value: 'TEXT', help: 'what it is for' },
  polling: { type: 'boolean', help: 'its events can also be fetched' },
  settings: { type: 'string', value: 'JSON', help: 'other settings of the API, as a JSON object' },
  file: { type: 'string', value: 'FILE|-', help: 'settings from a file or standard input' },
};

export const ENDPOINT_COMMANDS: readonly Command[] = [
  {
    name: 'endpoints list',
    summary: 'list endpoints',
    options: LIMIT,
    run: (call) => showList(call, (page) => call.posthorn.endpoints.list(page), row),
  },
  {
    name: 'endpoints get',
    summary: 'show an endpoint with its settings and health',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.one(await posthorn.endpoints.get(arg(0))),
  },
  {
    name: 'endpoints create',
    summary: 'create an endpoint',
    args: ['url'],
    options: {
      ...SETTINGS,
      contract: {
        type: 'string',
        value: 'NAME',
        help: 'standard-webhooks, bynn, kyc-hmac, bronid, idnow, slack, teams, discord or email',
      },
      secret: { type: 'string', value: 'TEXT', help: 'your own secret (generated)' },
    },
    async run(call) {
      const { posthorn, out, arg, options } = call;
      const contract = options.text('contract');
      const secret = options.text('secret');
      const input = {
        ...(await settingsOf(call)),
        ...(contract !== undefined && { contract }),
        ...(secret !== undefined && { secret }),
        ...addressOf(arg(0)),
      };
      // The service says which contracts and options there are.
      out.one(await posthorn.endpoints.create(input as EndpointInput));
    },
  },
  {
    name: 'endpoints update',
    summary: 'change settings; all others stay as they are',
    args: ['id'],
    options: {
      ...SETTINGS,
      // `--url` is the service's, everywhere.
      to: { type: 'string', value: 'URL', help: 'the new URL, or mailto: and recipients' },
      'if-match': { type: 'string', value: 'ETAG', help: 'only if it still has this version' },
    },
    async run(call) {
      const { posthorn, out, arg, options } = call;
      const to = options.text('to');
      const changes = { ...(await settingsOf(call)), ...(to !== undefined && addressOf(to)) };
      if (Object.keys(changes).length === 0) throw new UsageError('no changes were given');
      out.one(await posthorn.endpoints.update(arg(0), changes, options.text('if-match')));
    },
  },
  {
    name: 'endpoints delete',
    summary: 'delete an endpoint; its waiting deliveries are cancelled',
    args: ['id'],
    irreversible: 'its waiting deliveries are lost',
    async run({ posthorn, out, arg }) {
      await posthorn.endpoints.delete(arg(0));
      out.done(`deleted ${arg(0)}`, { id: arg(0), deleted: true });
    },
  },
  {
    name: 'endpoints test',
    summary: 'send a signed sample now, and show the exchange',
    args: ['id'],
    options: {
      type: { type: 'string', value: 'TYPE', help: 'event type of the sample (endpoint.test)' },
      data: { type: 'string', value: 'JSON', help: 'data of the sample' },
    },
    async run({ posthorn, out, arg, options }) {
      const type = options.text('type');
      const data = options.text('data');
      const report = await posthorn.endpoints.test(arg(0), {
        ...(type !== undefined && { type }),
        ...(data !== undefined && { data: objectText(data, '--data') }),
      });
      out.one(report);
      if (!/^http_2/.test(report.outcome)) {
        throw new Unsuccessful(`the test ended with ${report.outcome}`);
      }
    },
  },
  {
    name: 'endpoints pause',
    summary: 'pause an endpoint; its deliveries are held',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.list([await posthorn.endpoints.pause(arg(0))], row),
  },
  {
    name: 'endpoints resume',
    summary: 'resume an endpoint; held deliveries are released',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.list([await posthorn.endpoints.resume(arg(0))], row),
  },
  {
    name: 'endpoints secret',
    summary: 'show the full secret',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.one(await posthorn.endpoints.secret(arg(0))),
  },
  {
    name: 'endpoints rotate-secret',
    summary: 'create a new secret; previous ones stay valid for a while',
    args: ['id'],
    options: {
      overlap: {
        type: 'string',
        value: 'SECONDS',
        help: 'how long previous secrets stay valid, 0 to 604800 (86400)',
      },
      secret: { type: 'string', value: 'TEXT', help: 'your own secret (generated)' },
    },
    async run({ posthorn, out, arg, options }) {
      const overlapSeconds = options.count('overlap', 0);
      const secret = options.text('secret');
      const rotated = await posthorn.endpoints.rotateSecret(arg(0), {
        ...(overlapSeconds !== undefined && { overlapSeconds }),
        ...(secret !== undefined && { secret }),
      });
      out.one(rotated);
    },
  },
  {
    name: 'endpoints recover',
    summary: 'send deliveries again that failed since a time',
    args: ['id'],
    options: {
      since: { type: 'string', value: 'TIME', help: 'required: RFC 3339, or 15m, 2h, 3d ago' },
      ...WAIT,
    },
    async run(call) {
      const since = timeOf(call.options, 'since');
      if (since === undefined) throw new UsageError('--since is missing');
      await showReplay(call, await call.posthorn.endpoints.recover(call.arg(0), { since }));
    },
  },
];

/** A URL, or `mailto:` with addresses. */
function addressOf(text: string): { url: string } | { recipients: string[] } {
  return text.startsWith('mailto:')
    ? { recipients: text.slice('mailto:'.length).split(',') }
    : { url: text };
}

function row({ id, url, recipients, contract, eventTypes, status, health }: Endpoint) {
  return {
    id,
    url: url ?? `mailto:${(recipients ?? []).map(({ address }) => address).join(',')}`,
    contract,
    'event types': eventTypes.length === 0 ? 'all' : eventTypes,
    status,
    health: health.state,
  };
}

async function settingsOf({ options }: CommandCall): Promise<EndpointChanges> {
  const file = options.text('file');
  const settings = options.text('settings');
  const eventTypes = options.texts('event-type');
  const channels = options.texts('channel');
  const description = options.text('description');
  return {
    ...(file !== undefined && exactObject(await readInput(file), file)),
    ...(settings !== undefined && exactObject(settings, '--settings')),
    ...(eventTypes !== undefined && { eventTypes }),
    ...(channels !== undefined && { channels }),
    ...(description !== undefined && { description }),
    ...(options.flag('polling') && { polling: true }),
  };
}
