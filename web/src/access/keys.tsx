// API keys of a tenant: scopes, last use, end; made here and shown once.

import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { CreatedKey, Key, Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Choice, Field } from '../parts/field.tsx';
import { Card, None, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Empty } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { Scopes } from './scopes.tsx';

const PRESETS = [
  ['producer', 'Producer: posts events'],
  ['reader', 'Reader: sees, changes nothing'],
  ['manager', 'Manager: endpoints, secrets, deliveries'],
] as const;

export function Keys() {
  const api = useApi();
  const may = useMay('keys:write');
  const action = useAction();
  const pages = usePages<Key>(
    'keys',
    ({ id }) => id,
    (one, cursor, signal) => one.get<Page<Key>>(path`/v1/keys`, { cursor, limit: 50 }, signal),
  );
  const [isMaking, setMaking] = useState(false);
  const [name, setName] = useState('');
  const [preset, setPreset] = useState<(typeof PRESETS)[number][0]>('producer');
  const [created, setCreated] = useState<CreatedKey>();
  const [revoked, setRevoked] = useState<Key>();
  const create = () =>
    action.run(async () => {
      setCreated(await api.post<CreatedKey>(path`/v1/keys`, { name, preset }));
      setMaking(false);
      setName('');
      pages.reload();
    });
  const revoke = () =>
    action.run(async () => {
      await api.request(path`/v1/keys/${revoked?.id ?? ''}`, { method: 'DELETE' });
      setRevoked(undefined);
      say('The key was revoked, with all keys and sessions that it made.');
      pages.reload();
    });
  return (
    <Card
      title="API keys"
      actions={
        may && (
          <Button slim icon="plus" onClick={() => setMaking(true)}>
            New key…
          </Button>
        )
      }
    >
      <List
        label="API keys"
        one="key"
        pages={pages}
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Key',
            looks: 'nowrap',
            cell: ({ name: named, hint, id }) => (
              <>
                <b>
                  <Text>{named || id}</Text>
                </b>
                <small class="mono">{hint}</small>
              </>
            ),
          },
          { head: 'Made by', cell: Maker },
          {
            head: 'Scopes',
            looks: 'full',
            cell: ({ scopes }) => <Scopes scopes={scopes} />,
          },
          { head: 'State', cell: (key) => <KeyState {...key} /> },
          {
            head: 'Last used',
            looks: 'nowrap',
            cell: ({ lastUsedAt }) =>
              lastUsedAt === null ? <None>never</None> : <When at={lastUsedAt} />,
          },
          {
            head: 'Ends',
            looks: 'lo nowrap',
            cell: ({ expiresAt }) =>
              expiresAt === null ? <None>never</None> : <When at={expiresAt} />,
          },
          {
            head: 'Revoke',
            quietHead: true,
            cell: (key) =>
              may &&
              key.revokedAt === null && (
                <Button slim kind="quiet is-bad" onClick={() => setRevoked(key)}>
                  Revoke…
                </Button>
              ),
          },
        ]}
        empty={
          <Empty icon="key" title="No keys yet">
            A producer posts events with a key of its tenant.
          </Empty>
        }
      />
      {isMaking && (
        <Ask
          title="New key"
          action="Create the key"
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setMaking(false)}
          onAct={create}
        >
          <Field
            label="Name"
            value={name}
            onInput={setName}
            hint="What uses it, such as backend."
            autoFocus
          />
          <Choice label="What it may do" value={preset} options={PRESETS} onChange={setPreset} />
        </Ask>
      )}
      {created && (
        <Dialog title="Copy the key now" onClose={() => setCreated(undefined)}>
          <p>It is shown this once. Only its hash is stored.</p>
          <p class="row">
            <code>{created.key}</code> <Copy text={created.key} what="the key" words="Copy" />
          </p>
          <Button kind="primary" onClick={() => setCreated(undefined)}>
            I have it
          </Button>
        </Dialog>
      )}
      {revoked && (
        <Ask
          title={`Revoke ${revoked.name || revoked.id}?`}
          action="Revoke the key"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setRevoked(undefined)}
          onAct={revoke}
        >
          <p>
            Requests with it are refused within three seconds. Keys and sessions that it made end
            with it.
          </p>
        </Ask>
      )}
    </Card>
  );
}

/** A person's key stays when the person is gone. */
function Maker({ createdBy, parent }: Pick<Key, 'createdBy' | 'parent'>) {
  const person = createdBy?.actor ?? createdBy?.subject;
  if (person) return <Text>{person}</Text>;
  return parent === null ? <None>the operator</None> : <code class="cut">{parent}</code>;
}

function KeyState({ revokedAt, expiresAt }: Pick<Key, 'revokedAt' | 'expiresAt'>) {
  if (revokedAt !== null)
    return (
      <Badge tone="off" icon="slash">
        Revoked
      </Badge>
    );
  if (expiresAt !== null && Date.parse(expiresAt) < Date.now())
    return (
      <Badge tone="off" icon="clock">
        Ended
      </Badge>
    );
  return (
    <Badge tone="ok" icon="check">
      Valid
    </Badge>
  );
}
