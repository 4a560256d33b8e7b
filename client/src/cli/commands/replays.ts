import type { Replay } from '../../models.ts';
import { type Command, UsageError } from '../command.ts';
import { showReplay, WAIT } from '../progress.ts';
import { given, LIMIT, showList, timeOf } from './listing-options.ts';

const STATUSES = ['dead', 'failed', 'delivered', 'cancelled', 'any'] as const;

export const REPLAY_COMMANDS: readonly Command[] = [
  {
    name: 'replays create',
    summary: 'send deliveries of an endpoint again, oldest first',
    options: {
      endpoint: { type: 'string', value: 'ID', help: 'required: the endpoint' },
      since: {
        type: 'string',
        value: 'TIME',
        help: 'required: start of the period, RFC 3339, or 15m, 2h, 3d ago',
      },
      until: { type: 'string', value: 'TIME', help: 'end of the period (now)' },
      status: { type: 'string', value: 'STATUS', help: `${STATUSES.join(', ')} (dead)` },
      type: { type: 'string', multiple: true, value: 'PATTERN', help: 'such as dossier.* (all)' },
      subject: { type: 'string', value: 'TEXT', help: 'only of events with this subject' },
      'dry-run': { type: 'boolean', help: 'only count the deliveries' },
      'idempotency-key': { type: 'string', value: 'KEY', help: 'makes repeats harmless' },
      ...WAIT,
    },
    async run(call) {
      const { posthorn, out, options } = call;
      const since = timeOf(options, 'since');
      if (since === undefined) throw new UsageError('--since is missing');
      const until = timeOf(options, 'until');
      const status = options.oneOf('status', STATUSES);
      const types = options.texts('type');
      const input = {
        endpoint: options.required('endpoint'),
        since,
        ...(until !== undefined && { until }),
        ...(status && { status }),
        ...(types && { types }),
        ...given(options, ['subject']),
      };
      if (options.flag('dry-run')) return out.one(await posthorn.replays.count(input));
      const replay = await posthorn.replays.create(input, options.text('idempotency-key'));
      await showReplay(call, replay);
    },
  },
  {
    name: 'replays list',
    summary: 'list replays, newest first',
    options: { ...LIMIT, endpoint: { type: 'string', value: 'ID', help: 'only of this endpoint' } },
    async run(call) {
      const query = given(call.options, ['endpoint']);
      await showList(call, (page) => call.posthorn.replays.list({ ...page, ...query }), row);
    },
  },
  {
    name: 'replays get',
    summary: 'show the state of a replay',
    args: ['id'],
    options: WAIT,
    run: async (call) => showReplay(call, await call.posthorn.replays.get(call.arg(0))),
  },
  {
    name: 'replays pause',
    summary: 'pause a replay',
    args: ['id'],
    run: async ({ posthorn, out, arg }) => out.list([await posthorn.replays.pause(arg(0))], row),
  },
  {
    name: 'replays resume',
    summary: 'resume a replay where it stopped',
    args: ['id'],
    options: WAIT,
    async run(call) {
      const replay = await call.posthorn.replays.resume(call.arg(0));
      if (call.options.flag('wait')) await showReplay(call, replay);
      else call.out.list([replay], row);
    },
  },
  {
    name: 'replays cancel',
    summary: 'stop a replay for good; deliveries already sent are not recalled',
    args: ['id'],
    irreversible: 'it cannot go on afterwards',
    run: async ({ posthorn, out, arg }) => out.list([await posthorn.replays.cancel(arg(0))], row),
  },
];

function row({ id, endpoint, state, status, found, sent, skipped, createdAt }: Replay) {
  return { id, endpoint, state, status, found, sent, skipped, created: createdAt };
}
