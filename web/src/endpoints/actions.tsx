// What can be done with an endpoint. What cannot be taken back says first what it does.
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Endpoint, TestReport } from '../base/models.ts';
import { count, counted } from '../base/numbers.ts';
import { go, href } from '../base/router.ts';
import { nameOf } from '../lookups/endpoints.ts';
import { Button } from '../parts/button.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Menu } from '../parts/menu.tsx';
import { FaultNote } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { useMay } from '../session/who.ts';
import { CHATS } from './contracts.ts';
import { Recover } from './recover.tsx';
import { TestResult } from './test.tsx';

type Purge = components['schemas']['Purge'];
type Verification = components['schemas']['Verification'];

interface ActionsProps {
  readonly endpoint: Endpoint;
  readonly etag: string | null;
  readonly onChange: () => void;
}

export function Actions({ endpoint, etag, onChange }: ActionsProps) {
  const api = useApi();
  const may = useMay('endpoints:write');
  const mayRecover = useMay('deliveries:write');
  const action = useAction();
  const [asked, setAsked] = useState<'recover' | 'purge' | 'delete'>();
  const [report, setReport] = useState<TestReport>();
  const { id, status } = endpoint;
  const close = () => {
    setAsked(undefined);
    action.clear();
  };
  const act = (verb: 'pause' | 'resume', words: string) =>
    action.run(async () => {
      await api.post(path`/v1/endpoints/${id}/${verb}`);
      say(words);
      onChange();
    });
  const test = () =>
    action.run(async () => setReport(await api.post<TestReport>(path`/v1/endpoints/${id}/test`)));
  const verify = () =>
    action.run(async () => {
      const { verified, exchange } = await api.post<Verification>(path`/v1/endpoints/${id}/verify`);
      if (verified) say('The URL is proved.');
      else setReport(exchange);
      onChange();
    });
  const purge = () =>
    action.run(async () => {
      let cancelled = 0;
      for (let isComplete = false; !isComplete; ) {
        const done = await api.post<Purge>(path`/v1/endpoints/${id}/purge`);
        cancelled += done.cancelled;
        isComplete = done.complete;
      }
      close();
      say(`${counted(cancelled, 'delivery', 'deliveries')} cancelled.`);
      onChange();
    });
  const remove = () =>
    action.run(async () => {
      await api.request(path`/v1/endpoints/${id}`, { method: 'DELETE', ifMatch: etag });
      say('The endpoint was deleted.');
      go(href(['endpoints']));
    });
  if (status === 'deleted') return null;
  return (
    <>
      {may && status === 'unverified' && (
        <Button kind="primary" icon="shield" disabled={action.isBusy} onClick={verify}>
          Verify
        </Button>
      )}
      {may && (
        <Button
          kind={status === 'unverified' ? undefined : 'primary'}
          icon="send"
          disabled={action.isBusy}
          onClick={test}
        >
          {action.isBusy ? 'Working…' : 'Test'}
        </Button>
      )}
      {may && status === 'active' && (
        <Button
          icon="pause"
          disabled={action.isBusy}
          onClick={() => act('pause', 'Paused: deliveries are held.')}
        >
          Pause
        </Button>
      )}
      {may && status === 'paused' && (
        <Button
          icon="play"
          disabled={action.isBusy}
          onClick={() => act('resume', 'Resumed: what waited is sent.')}
        >
          Resume
        </Button>
      )}
      {mayRecover && (
        <Button icon="again" onClick={() => setAsked('recover')}>
          Recover…
        </Button>
      )}
      {may && (
        <Menu label="More actions" icon="more">
          <Button kind="quiet is-bad" icon="slash" onClick={() => setAsked('purge')}>
            Purge what waits…
          </Button>
          <Button kind="quiet is-bad" icon="close" onClick={() => setAsked('delete')}>
            Delete endpoint…
          </Button>
        </Menu>
      )}
      {asked === undefined && <FaultNote fault={action.fault} />}
      {report && (
        <Dialog title={`Test of ${nameOf(endpoint)}`} onClose={() => setReport(undefined)} wide>
          <TestResult report={report} isChat={CHATS.has(endpoint.contract)} />
          <div class="row">
            <Button kind="primary" icon="send" disabled={action.isBusy} onClick={test}>
              Test again
            </Button>
            <Button onClick={() => setReport(undefined)}>Close</Button>
          </div>
        </Dialog>
      )}
      {asked === 'recover' && <Recover endpoint={endpoint} onClose={close} onDone={onChange} />}
      {asked === 'purge' && (
        <Ask
          title="Purge what waits?"
          action="Cancel all that waits"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={close}
          onAct={purge}
        >
          <p>
            Every delivery to this endpoint that is not over is cancelled: waiting, held and pending
            ones. Each can be retried later by hand or by a replay.
          </p>
        </Ask>
      )}
      {asked === 'delete' && (
        <Ask
          title={`Delete ${nameOf(endpoint)}?`}
          action="Delete the endpoint"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={close}
          onAct={remove}
        >
          <p>
            Nothing is sent to it any more, and what waits is cancelled.{' '}
            {endpoint.health.failures > 0 &&
              `${count(endpoint.health.failures)} attempts in a row failed there.`}{' '}
            This cannot be taken back.
          </p>
        </Ask>
      )}
    </>
  );
}
