// What is told in notices, as it is kept.
import type { Api } from '../base/api.ts';
import { type Action, useAction, useApi } from '../base/loading.ts';
import type { NoticeSettings } from '../base/models.ts';
import { Button } from '../parts/button.tsx';
import { FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { useMay } from '../session/who.ts';

const ADDRESS = '/v1/notices';

export interface Kept {
  readonly settings: NoticeSettings;
  readonly etag: string | null;
  /** Not by a change that was made here. */
  readonly isRead?: true;
}

export async function readNotices(api: Api, signal: AbortSignal): Promise<Kept> {
  const { value, etag } = await api.request<NoticeSettings>(ADDRESS, { signal });
  return { settings: value, etag, isRead: true };
}

export interface KeptProps {
  readonly kept: Kept;
  readonly onSaved: (kept: Kept) => void;
  readonly onReload: () => void;
}

/** Saves some of it: the rest stays as it was read. */
export function useSaving({ kept, onSaved }: Pick<KeptProps, 'kept' | 'onSaved'>) {
  const api = useApi();
  const action = useAction();
  const save = (changes: Partial<NoticeSettings>, then?: () => void) =>
    action.run(async () => {
      const body = { ...kept.settings, ...changes };
      const request = { method: 'PUT', body, ifMatch: kept.etag } as const;
      const { value, etag } = await api.request<NoticeSettings>(ADDRESS, request);
      then?.();
      onSaved({ settings: value, etag });
      say('Saved.');
    });
  return { action, save };
}

interface SaveFaultProps {
  readonly of: Action;
  readonly onReload: () => void;
}

export function SaveFault({ of: { fault, clear }, onReload }: SaveFaultProps) {
  const again = () => {
    clear();
    onReload();
  };
  return (
    <>
      <FaultNote fault={fault} />
      {fault?.kind === 'conflict' && <Button onClick={again}>Read what is saved now</Button>}
    </>
  );
}

interface ChangingProps {
  readonly onChange: () => void;
  /** Undefined if there is nothing to remove. */
  readonly onRemove?: (() => void) | undefined;
}

/** The buttons of a row. */
export function Changing({ onChange, onRemove }: ChangingProps) {
  if (!useMay('endpoints:write')) return null;
  return (
    <span class="row">
      <Button slim onClick={onChange}>
        Change…
      </Button>
      {onRemove && (
        <Button slim kind="quiet is-bad" onClick={onRemove}>
          Remove
        </Button>
      )}
    </span>
  );
}

export type Kind = NoticeSettings['kinds'][number];

/** Each with its words, in the order of a bad day. */
export const KINDS: readonly (readonly [Kind, string])[] = [
  ['endpoint.failing', 'An endpoint fails'],
  ['endpoint.paused', 'An endpoint is paused'],
  ['endpoint.recovered', 'An endpoint has recovered'],
  ['endpoint.slow', 'An endpoint is slow'],
  ['certificate.expiring', 'A certificate expires soon'],
  ['deliveries.dead', 'Deliveries are dead'],
];

/** Those that are not chosen too. */
export const NAMES = new Map<string, string>([
  ...KINDS,
  ['digest.hourly', 'More notices in an hour'],
  ['digest.daily', 'Daily digest'],
  ['filter.over_budget', 'A filter takes too long'],
]);
