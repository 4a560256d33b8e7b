// Sends again what has not arrived: counted by a dry run before anything is sent.
import { useEffect, useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Endpoint, Replay, ReplayCount } from '../base/models.ts';
import { counted, span } from '../base/numbers.ts';
import { go, href } from '../base/router.ts';
import { HOUR_MS } from '../base/time.ts';
import { Ask } from '../parts/dialog.tsx';
import { Choice } from '../parts/field.tsx';
import { say } from '../parts/toasts.tsx';

const WINDOWS = [
  ['1', 'the last hour'],
  ['24', 'the last 24 hours'],
  ['168', 'the last 7 days'],
  ['720', 'the last 30 days'],
  ['960', 'the last 40 days'],
] as const;
type Hours = (typeof WINDOWS)[number][0];

/** The shortest window in which everything that failed lies. */
function windowSince(failingSince: string | null): Hours {
  const hours =
    failingSince === null ? 24 : (Date.now() - Date.parse(failingSince)) / HOUR_MS + 0.1;
  return WINDOWS.find(([one]) => Number(one) >= hours)?.[0] ?? '960';
}

interface RecoverProps {
  readonly endpoint: Pick<Endpoint, 'id' | 'health' | 'maxPerSecond'>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function Recover({ endpoint, onClose, onDone }: RecoverProps) {
  const api = useApi();
  const action = useAction();
  const counting = useAction();
  const [hours, setHours] = useState<Hours>(windowSince(endpoint.health.failingSince));
  const [found, setFound] = useState<ReplayCount>();
  const since = () => new Date(Date.now() - Number(hours) * HOUR_MS).toISOString();
  const address = path`/v1/endpoints/${endpoint.id}/recover`;
  useEffect(() => {
    setFound(undefined);
    void counting.run(async () =>
      setFound(await api.post<ReplayCount>(address, { since: since(), dryRun: true })),
    );
  }, [hours]);
  const act = () =>
    action.run(async () => {
      const replay = await api.post<Replay>(address, { since: since() });
      say('Recovering: oldest first, at the endpoint’s pace.');
      onDone();
      onClose();
      go(href(['replays', replay.id]));
    });
  const { maxPerSecond } = endpoint;
  const takes =
    found && maxPerSecond !== null && maxPerSecond > 0
      ? `, at ${maxPerSecond} a second: about ${span((found.count / maxPerSecond) * 1000)}`
      : '';
  return (
    <Ask
      title="Recover what has not arrived"
      action={
        found === undefined
          ? 'Recover'
          : `Recover ${counted(found.count, 'delivery', 'deliveries')}`
      }
      isBusy={action.isBusy}
      isReady={found !== undefined && found.count > 0}
      fault={action.fault ?? counting.fault}
      onClose={onClose}
      onAct={act}
    >
      <Choice label="Of events accepted in" value={hours} options={WINDOWS} onChange={setHours} />
      <p role="status">
        {found === undefined ? (
          'Counting…'
        ) : found.count === 0 ? (
          <b>Nothing failed in this time: there is nothing to send again.</b>
        ) : (
          <>
            <b>{`${found.complete ? '' : 'At least '}${counted(found.count, 'delivery', 'deliveries')}`}</b>{' '}
            would be sent again, oldest first{takes}. What was delivered is not sent again.
          </>
        )}
      </p>
    </Ask>
  );
}
