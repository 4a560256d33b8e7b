// Sessions of the console: who of the operator's people is signed in, as what, from where; revoked here.
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Card, None, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Empty } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useWho } from '../session/who.ts';

type ConsoleSession = components['schemas']['ConsoleSession'];

const WAYS: Record<ConsoleSession['signIn'], string> = {
  key: 'with the operator’s key',
  oidc: 'with their own account',
};

export function ConsoleSessions() {
  const { session: mine } = useWho();
  const api = useApi({ tenant: undefined, environment: 'live' });
  const action = useAction();
  const [revoked, setRevoked] = useState<ConsoleSession>();
  const pages = usePages<ConsoleSession>(
    'console sessions',
    ({ id }) => id,
    (_, cursor, signal) =>
      api.get<Page<ConsoleSession>>(path`/v1/console-sessions`, { cursor, limit: 50 }, signal),
  );
  const revoke = () =>
    action.run(async () => {
      await api.request(path`/v1/console-sessions`, {
        method: 'DELETE',
        query: { id: revoked?.id },
      });
      setRevoked(undefined);
      say('The session ends within three seconds.');
      pages.reload();
    });
  return (
    <Card
      title="Console sessions"
      aside={<span class="small muted">Of the stack: your own people</span>}
    >
      <List
        label="Console sessions"
        one="session"
        pages={pages}
        keyOf={({ id }) => id}
        columns={[
          {
            head: 'Who',
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
            head: 'Role',
            cell: ({ role, signIn }) => (
              <>
                {role}
                <small>{WAYS[signIn]}</small>
              </>
            ),
          },
          {
            head: 'Made from',
            looks: 'lo nowrap',
            cell: ({ from }) => (from === null ? <None>not known</None> : <code>{from}</code>),
          },
          { head: 'Made', looks: 'lo', cell: ({ createdAt }) => <When at={createdAt} /> },
          { head: 'Ends', cell: ({ expiresAt }) => <When at={expiresAt} /> },
          {
            head: 'Revoke',
            quietHead: true,
            cell: (session) =>
              session.id === mine?.id ? (
                <Badge tone="info">Yours</Badge>
              ) : (
                <Button
                  slim
                  kind="quiet is-bad"
                  label={`Revoke ${session.id}`}
                  onClick={() => setRevoked(session)}
                >
                  Revoke…
                </Button>
              ),
          },
        ]}
        empty={<Empty icon="people" title="No sessions" />}
      />
      {revoked && (
        <Ask
          title={`Revoke the session of ${revoked.actor ?? revoked.id}?`}
          action="Revoke the session"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setRevoked(undefined)}
          onAct={revoke}
        >
          <p>
            It ends within three seconds, and so do the portal sessions that it made. API keys that
            it made stay.
          </p>
          {revoked.signIn === 'oidc' && (
            <p>
              Who is still known to the identity provider can sign in again: take the role away
              there first.
            </p>
          )}
        </Ask>
      )}
    </Card>
  );
}
