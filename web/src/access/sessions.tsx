// Portal sessions: who looks at this tenant's webhooks in a page, until when; made, opened and revoked here.

import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask, Dialog } from '../parts/dialog.tsx';
import { Choice } from '../parts/field.tsx';
import { Card, None, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Empty } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { Scopes } from './scopes.tsx';

export interface PortalSession {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly endpoints: readonly string[] | null;
  readonly actor: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}

interface MadeSession extends PortalSession {
  readonly url: string;
}

const PRESETS = [
  ['viewer', 'Viewer: sees, changes nothing'],
  ['developer', 'Developer: endpoints, tests, retries'],
  ['owner', 'Owner: secrets too'],
] as const;

export function Sessions() {
  const api = useApi();
  const may = useMay('portal:write');
  const action = useAction();
  const [isMaking, setMaking] = useState(false);
  const [preset, setPreset] = useState<(typeof PRESETS)[number][0]>('viewer');
  const [made, setMade] = useState<MadeSession>();
  const pages = usePages<PortalSession>(
    'sessions',
    ({ id }) => id,
    (one, cursor, signal) =>
      one.get<Page<PortalSession>>(path`/v1/portal-sessions`, { cursor, limit: 50 }, signal),
  );
  const create = () =>
    action.run(async () => {
      setMade(
        await api.post<MadeSession>(path`/v1/portal-sessions`, { preset, expiresInSeconds: 3600 }),
      );
      setMaking(false);
      pages.reload();
    });
  const revoke = (id: string) =>
    action.run(async () => {
      await api.request(path`/v1/portal-sessions`, { method: 'DELETE', query: { id } });
      say('The session ends within three seconds.');
      pages.reload();
    });
  return (
    <Card
      title="Portal sessions"
      actions={
        may && (
          <Button slim icon="plus" onClick={() => setMaking(true)}>
            New session…
          </Button>
        )
      }
    >
      <List
        label="Portal sessions"
        one="session"
        pages={pages}
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Session',
            cell: ({ id, actor }) => (
              <>
                {actor ? (
                  <b>
                    <Text>{actor}</Text>
                  </b>
                ) : (
                  <None>no name</None>
                )}
                <small class="mono">{id}</small>
              </>
            ),
          },
          {
            head: 'Endpoints',
            cell: ({ endpoints }) => (endpoints === null ? 'All' : String(endpoints.length)),
          },
          {
            head: 'Scopes',
            looks: 'full',
            cell: ({ scopes }) => <Scopes scopes={scopes} />,
          },
          { head: 'Made', looks: 'lo', cell: ({ createdAt }) => <When at={createdAt} /> },
          { head: 'Ends', cell: ({ expiresAt }) => <When at={expiresAt} /> },
          {
            head: 'Revoke',
            quietHead: true,
            cell: ({ id }) =>
              may && (
                <Button
                  slim
                  kind="quiet is-bad"
                  label={`Revoke ${id}`}
                  disabled={action.isBusy}
                  onClick={() => revoke(id)}
                >
                  Revoke
                </Button>
              ),
          },
        ]}
        empty={
          <Empty icon="people" title="No sessions">
            A session lets a customer’s engineer see the portal for a while. Make one to look
            through their eyes.
          </Empty>
        }
      />
      {isMaking && (
        <Ask
          title="New portal session"
          action="Create for one hour"
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setMaking(false)}
          onAct={create}
        >
          <Choice label="What it may do" value={preset} options={PRESETS} onChange={setPreset} />
        </Ask>
      )}
      {made && (
        <Dialog title="Open the portal" onClose={() => setMade(undefined)}>
          <p>Who has this link sees this tenant’s webhooks for an hour. It is shown this once.</p>
          <div class="row">
            <a class="btn primary" href={made.url} target="_blank" rel="noopener noreferrer">
              Open it
            </a>
            <Copy text={made.url} what="the link" words="Copy the link" />
          </div>
        </Dialog>
      )}
    </Card>
  );
}
