// Several endpoints at once: tests, pauses, and a change with its dry run first.
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { isJson } from '../base/json-text.ts';
import { useAction, useApi } from '../base/loading.ts';
import { counted } from '../base/numbers.ts';
import { isSuccess, outcomeWords } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Note } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';

type Changed = components['schemas']['ChangedEndpoints'];
type Tests = components['schemas']['TestsOfMany'];

interface BulkProps {
  readonly ids: readonly string[];
  readonly onDone: () => void;
  readonly onClear: () => void;
}

export function Bulk({ ids, onDone, onClear }: BulkProps) {
  const api = useApi();
  const action = useAction();
  const [isChanging, setChanging] = useState(false);
  const [tests, setTests] = useState<Tests>();
  const each = (verb: 'pause' | 'resume', words: string) =>
    action.run(async () => {
      for (const id of ids) await api.post(path`/v1/endpoints/${id}/${verb}`);
      say(`${counted(ids.length, 'endpoint')} ${words}.`);
      onDone();
    });
  const test = () =>
    action.run(async () =>
      setTests(await api.post<Tests>(path`/v1/endpoints/test`, { filter: { ids } })),
    );
  return (
    <>
      <Note tone="info" icon="check">
        <div class="row between">
          <b role="status">{counted(ids.length, 'endpoint')} selected</b>
          <div class="row">
            <Button slim icon="send" disabled={action.isBusy} onClick={test}>
              Test
            </Button>
            <Button
              slim
              icon="pause"
              disabled={action.isBusy}
              onClick={() => each('pause', 'paused')}
            >
              Pause
            </Button>
            <Button
              slim
              icon="play"
              disabled={action.isBusy}
              onClick={() => each('resume', 'resumed')}
            >
              Resume
            </Button>
            {!IS_PORTAL && (
              <Button slim icon="edit" onClick={() => setChanging(true)}>
                Change settings…
              </Button>
            )}
            <Button slim kind="quiet" onClick={onClear}>
              Clear
            </Button>
          </div>
        </div>
        {tests && (
          <ul class="small">
            {tests.results.map(({ endpoint, test: report, error }) => (
              <li key={endpoint}>
                <code>{endpoint}</code>{' '}
                <span class={report && isSuccess(report.outcome) ? 'is-ok' : 'is-bad'}>
                  {report ? outcomeWords(report.outcome) : error?.detail}
                </span>
              </li>
            ))}
          </ul>
        )}
        {!isChanging && <FaultNote fault={action.fault} />}
      </Note>
      {!IS_PORTAL && isChanging && (
        <ChangeMany ids={ids} onClose={() => setChanging(false)} onDone={onDone} />
      )}
    </>
  );
}

function ChangeMany({
  ids,
  onClose,
  onDone,
}: {
  readonly ids: readonly string[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const api = useApi();
  const action = useAction();
  const [changes, setChanges] = useState('{\n  "timeoutMs": 15000\n}');
  const [dry, setDry] = useState<Changed>();
  const isValid = isJson(changes);
  const send = (dryRun: boolean) =>
    api.request<Changed>(path`/v1/endpoints`, {
      method: 'PATCH',
      bodyText: `{"filter":${JSON.stringify({ ids })},"changes":${changes},"dryRun":${dryRun}}`,
    });
  const act = () =>
    action.run(async () => {
      if (dry === undefined) return setDry((await send(true)).value);
      const { value } = await send(false);
      say(
        `${counted(value.changed, 'endpoint')} changed${value.failed > 0 ? `, ${value.failed} refused` : ''}.`,
      );
      onClose();
      onDone();
    });
  return (
    <Ask
      title={`Change ${counted(ids.length, 'endpoint')}`}
      action={
        dry === undefined ? 'See what would change' : `Change ${counted(dry.changed, 'endpoint')}`
      }
      isBusy={action.isBusy}
      isReady={isValid && dry?.changed !== 0}
      fault={action.fault}
      onClose={onClose}
      onAct={act}
      wide
    >
      <Field
        label="Settings, as in PATCH /v1/endpoints"
        rows={6}
        value={changes}
        onInput={(text) => {
          setChanges(text);
          setDry(undefined);
        }}
        hint="null gives a setting back to the template or its default. addEventTypes and removeEventTypes change lists."
        fault={isValid ? undefined : 'This is no JSON yet.'}
      />
      {dry && (
        <Note tone={dry.failed > 0 ? 'warn' : 'info'} live>
          <p>
            <b>
              {counted(dry.changed, 'endpoint')} would change, {dry.unchanged} would stay as they
              are, {dry.failed} would be refused.
            </b>
          </p>
          <ul class="small">
            {dry.results
              .filter(({ error }) => error !== undefined)
              .map(({ endpoint, error }) => (
                <li key={endpoint}>
                  <code>{endpoint}</code> {error?.detail}
                </li>
              ))}
          </ul>
        </Note>
      )}
    </Ask>
  );
}
