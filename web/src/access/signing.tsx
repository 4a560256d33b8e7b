// The keys that sign and seal: which is next, which signs, which is still published.
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { useAction, useApi, useLoad, useScope } from '../base/loading.ts';
import type { Page, SigningKey } from '../base/models.ts';
import { Badge, type Tone } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Card, Facts, None } from '../parts/layout.tsx';
import { Empty, FaultNote, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useWho } from '../session/who.ts';

type Sealing = components['schemas']['SealingKeys'];
type Resealing = components['schemas']['Resealing'];

const STATES: Record<SigningKey['state'], readonly [Tone, string]> = {
  next: ['info', 'Signs next'],
  signing: ['ok', 'Signs'],
  retiring: ['off', 'Still published'],
};

export function SigningKeys() {
  const { tenant, environment } = useScope();
  const { isOperator } = useWho();
  const api = useApi();
  const action = useAction();
  const [rotated, setRotated] = useState<SigningKey>();
  // The stack's own where no tenant is chosen.
  const query =
    isOperator && tenant !== undefined
      ? { tenant, environment }
      : isOperator
        ? { environment }
        : {};
  const unscoped = useApi(isOperator ? { tenant: undefined, environment } : undefined);
  const keys = useLoad('signing keys', (_, signal) =>
    unscoped.get<Page<SigningKey>>(path`/v1/signing-keys`, query, signal),
  );
  const rotate = () =>
    action.run(async () => {
      await (isOperator ? unscoped : api).request(
        path`/v1/signing-keys/${rotated?.id ?? ''}/rotate`,
        { method: 'POST', query, body: {} },
      );
      setRotated(undefined);
      say('A new key signs soon; the old one stays published for a day.');
      keys.reload();
    });
  return (
    <Card
      title="Signing keys"
      aside={
        <span class="small muted">
          {tenant === undefined && isOperator ? 'Of the stack' : 'Of the tenant'}: for JWTs and
          asymmetric signatures
        </span>
      }
    >
      <FaultNote fault={rotated ? undefined : action.fault} />
      <Shown loaded={keys} label="signing keys" rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon="key" title="None yet">
              One is made when the first endpoint needs it.
            </Empty>
          ) : (
            <Table
              label="Signing keys"
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { head: 'Key', cell: ({ id }) => <code>{id}</code> },
                {
                  head: 'Algorithm',
                  cell: ({ algorithm, origin }) => (
                    <>
                      {algorithm}
                      <small>{origin}</small>
                    </>
                  ),
                },
                {
                  head: 'State',
                  cell: ({ state }) => <Badge tone={STATES[state][0]}>{STATES[state][1]}</Badge>,
                },
                { head: 'Signs from', cell: ({ signsFrom }) => <When at={signsFrom} /> },
                {
                  head: 'Published until',
                  looks: 'lo',
                  cell: ({ publishedUntil }) =>
                    publishedUntil === null ? <None>no end</None> : <When at={publishedUntil} />,
                },
                {
                  head: 'Actions',
                  quietHead: true,
                  cell: (key) => (
                    <span class="row">
                      <Copy text={key.publicKey} what={`the public key ${key.id}`} />
                      {key.state === 'signing' && (
                        <Button slim onClick={() => setRotated(key)}>
                          Rotate…
                        </Button>
                      )}
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Shown>
      {rotated && (
        <Ask
          title="Rotate this signing key?"
          action="Rotate"
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setRotated(undefined)}
          onAct={rotate}
        >
          <p>
            A new key is published now and signs after a lead, so that receivers have read it. The
            old one stays published for a day more.
          </p>
        </Ask>
      )}
    </Card>
  );
}

export function SealingKeys() {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const action = useAction();
  const [done, setDone] = useState<Resealing>();
  const keys = useLoad('sealing keys', (_, signal) =>
    api.get<Sealing>(path`/v1/sealing-keys`, {}, signal),
  );
  const reseal = () =>
    action.run(async () => {
      let cursor: string | undefined;
      do {
        const page: Resealing = await api.post<Resealing>(
          path`/v1/sealing-keys/reseal`,
          cursor === undefined ? {} : { cursor },
        );
        setDone(page);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      say('All secrets are sealed under the current version.');
    });
  return (
    <Card
      title="Sealing keys"
      aside={<span class="small muted">Of the stack: secrets and private keys at rest</span>}
      pad
    >
      <Shown loaded={keys} label="sealing keys" rows={2}>
        {({ current, versions, changedAt, settledAt }) => (
          <Facts
            facts={[
              ['Current version', String(current)],
              ['Versions that are kept', versions.join(', ')],
              ['Changed', <When at={changedAt} as="both" />],
              ['In use everywhere from', <When at={settledAt} as="both" />],
            ]}
          />
        )}
      </Shown>
      <FaultNote fault={action.fault} />
      <div class="row">
        <Button disabled={action.isBusy} onClick={reseal}>
          {action.isBusy ? 'Sealing…' : 'Seal all under the current version'}
        </Button>
        {done && (
          <span class="small" role="status">
            {done.resealed} sealed anew, {done.left} left
            {done.othersUnused ? '. Older versions are no longer needed.' : ''}
          </span>
        )}
      </div>
    </Card>
  );
}
