// Starts a replay: which deliveries of which endpoint, counted before.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Endpoint, Replay, ReplayCount } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { go, href } from '../base/router.ts';
import { HOUR_MS } from '../base/time.ts';
import { nameOf } from '../lookups/endpoints.ts';
import { Ask } from '../parts/dialog.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { say } from '../parts/toasts.tsx';

const STATES = [
  ['failed', 'What failed: dead, or waiting after a failure'],
  ['dead', 'Dead ones'],
  ['delivered', 'Delivered ones, once more'],
  ['cancelled', 'Cancelled ones'],
  ['any', 'All of them'],
] as const;

const HOURS = [
  ['1', 'The last hour'],
  ['24', 'The last 24 hours'],
  ['168', 'The last 7 days'],
  ['960', 'The last 40 days'],
] as const;

export function StartReplay({
  endpoints,
  onClose,
}: {
  readonly endpoints: readonly Endpoint[];
  readonly onClose: () => void;
}) {
  const api = useApi();
  const action = useAction();
  const [endpoint, setEndpoint] = useState(endpoints[0]?.id ?? '');
  const [status, setStatus] = useState<(typeof STATES)[number][0]>('failed');
  const [hours, setHours] = useState<(typeof HOURS)[number][0]>('24');
  const [types, setTypes] = useState('');
  const [found, setFound] = useState<ReplayCount>();
  const changed =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setFound(undefined);
    };
  const body = () => ({
    endpoint,
    status,
    since: new Date(Date.now() - Number(hours) * HOUR_MS).toISOString(),
    ...(types.trim() !== '' && { types: types.trim().split(/[\s,]+/) }),
  });
  const act = () =>
    action.run(async () => {
      if (found === undefined)
        return setFound(
          await api.post<ReplayCount>(path`/v1/replays`, { ...body(), dryRun: true }),
        );
      const replay = await api.post<Replay>(path`/v1/replays`, body());
      say('The replay has begun.');
      onClose();
      go(href(['replays', replay.id]));
    });
  return (
    <Ask
      title="New replay"
      action={
        found === undefined
          ? 'Count them'
          : `Send ${counted(found.count, 'delivery', 'deliveries')} again`
      }
      isBusy={action.isBusy}
      isReady={endpoint !== '' && found?.count !== 0}
      fault={action.fault}
      onClose={onClose}
      onAct={act}
    >
      <Choice
        label="Endpoint"
        value={endpoint}
        options={endpoints.map((one) => [one.id, nameOf(one)] as const)}
        onChange={changed(setEndpoint)}
      />
      <Choice
        label="Which deliveries"
        value={status}
        options={STATES}
        onChange={changed(setStatus)}
      />
      <Choice
        label="Of events accepted in"
        value={hours}
        options={HOURS}
        onChange={changed(setHours)}
      />
      <Field
        label="Event types"
        value={types}
        onInput={changed(setTypes)}
        hint="Patterns, separated by commas; empty for all."
      />
      {found && (
        <p role="status">
          {found.count === 0
            ? 'None fits.'
            : `${found.complete ? '' : 'At least '}${counted(found.count, 'delivery', 'deliveries')} would be sent, oldest first.`}
        </p>
      )}
    </Ask>
  );
}
