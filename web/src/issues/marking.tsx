// Acknowledging and muting an issue: with a reason, and until a time.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { IssueMark } from '../base/models.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Text } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import type { Issue } from './finding.ts';

const LENGTHS = [
  ['hour', 'One hour', HOUR_MS],
  ['day', 'One day', DAY_MS],
  ['week', 'One week', 7 * DAY_MS],
  ['month', '30 days', 30 * DAY_MS - HOUR_MS],
] as const;
type Length = (typeof LENGTHS)[number][0];

const WORDS = {
  acknowledged: ['Acknowledge this issue?', 'Acknowledge', 'The issue was acknowledged.'],
  muted: ['Mute this issue?', 'Mute', 'The issue was muted.'],
} as const;

interface MarkingProps {
  readonly issue: Issue;
  readonly onChange: () => void;
}

export function Marking({ issue: { endpoint, outcome, mark }, onChange }: MarkingProps) {
  const api = useApi();
  const action = useAction();
  const [asked, setAsked] = useState<'acknowledged' | 'muted'>();
  const put = (body: object, words: string) =>
    action.run(async () => {
      await api.post(path`/v1/endpoints/${endpoint.id}/mark-issue`, { outcome, ...body });
      setAsked(undefined);
      say(words);
      onChange();
    });
  return (
    <>
      {mark ? (
        <Button
          icon="up"
          disabled={action.isBusy}
          onClick={() => put({ state: 'open' }, 'The issue is open again.')}
        >
          Open again
        </Button>
      ) : (
        <>
          <Button icon="tick" onClick={() => setAsked('acknowledged')}>
            Acknowledge…
          </Button>
          <Button icon="slash" onClick={() => setAsked('muted')}>
            Mute…
          </Button>
        </>
      )}
      {asked ? (
        <Question
          state={asked}
          action={action}
          onClose={() => setAsked(undefined)}
          onPut={(body) => put({ ...body, state: asked }, WORDS[asked][2])}
        />
      ) : (
        <FaultNote fault={action.fault} />
      )}
    </>
  );
}

interface QuestionProps {
  readonly state: 'acknowledged' | 'muted';
  readonly action: ReturnType<typeof useAction>;
  readonly onClose: () => void;
  readonly onPut: (body: object) => void;
}

function Question({ state, action, onClose, onPut }: QuestionProps) {
  const [reason, setReason] = useState('');
  const [length, setLength] = useState<Length>('day');
  const act = () => {
    const [, , ms] = LENGTHS.find(([one]) => one === length) ?? LENGTHS[1];
    onPut({ reason, until: new Date(Date.now() + ms).toISOString() });
  };
  return (
    <Ask
      title={WORDS[state][0]}
      action={WORDS[state][1]}
      isBusy={action.isBusy}
      fault={action.fault}
      onClose={onClose}
      onAct={act}
    >
      <p>
        Deliveries are tried again as before. The issue is open again when the time is over; another
        outcome at this endpoint is another issue.
      </p>
      <Field label="Reason" value={reason} onInput={setReason} hint="Everybody here sees it." />
      <Choice
        label="For how long"
        value={length}
        options={LENGTHS.map(([one, words]) => [one, words])}
        onChange={setLength}
      />
    </Ask>
  );
}

/** Who said so, why, and until when. */
export function MarkWords({ mark }: { readonly mark: IssueMark }) {
  return (
    <>
      {mark.state === 'muted' ? 'Muted by' : 'Acknowledged by'} <Text>{mark.by}</Text>{' '}
      <When at={mark.at} />
      {mark.until && (
        <>
          , until <When at={mark.until} as="brief" />
        </>
      )}
      {mark.reason !== '' && (
        <>
          : <Text>{mark.reason}</Text>
        </>
      )}
    </>
  );
}
