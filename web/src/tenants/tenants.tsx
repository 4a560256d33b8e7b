// The platform's customers.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Page, Tenant } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { usePages } from '../base/pages.ts';
import { go, href } from '../base/router.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Card, Head, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Menu } from '../parts/menu.tsx';
import { Empty } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';

export function Tenants() {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const action = useAction();
  const [made, setMade] = useState<{ id: string; name: string }>();
  const [deleted, setDeleted] = useState<Tenant>();
  const [typed, setTyped] = useState('');
  const pages = usePages<Tenant>(
    'tenants',
    ({ id }) => id,
    (_, cursor, signal) => api.get<Page<Tenant>>(path`/v1/tenants`, { cursor, limit: 50 }, signal),
  );
  const close = () => {
    setMade(undefined);
    setDeleted(undefined);
    setTyped('');
    action.clear();
  };
  const create = () =>
    action.run(async () => {
      if (made === undefined) return;
      await api.request(path`/v1/tenants/${made.id}`, { method: 'PUT', body: { name: made.name } });
      say('The tenant was made. Give it a key under Keys and sessions.');
      close();
      go(href(['access'], {}, { tenant: made.id }));
    });
  const remove = () =>
    action.run(async () => {
      await api.request(path`/v1/tenants/${deleted?.id ?? ''}`, { method: 'DELETE' });
      say('Its data is being removed.');
      close();
      pages.reload();
    });
  return (
    <>
      <Head
        title="Tenants"
        lead="Customers of your platform. Each owns its endpoints, keys and events, and sees no other’s."
      >
        <Button kind="primary" icon="plus" onClick={() => setMade({ id: '', name: '' })}>
          New tenant…
        </Button>
      </Head>
      <Card label="Tenants">
        <List
          label="Tenants"
          one="tenant"
          pages={pages}
          keyOf={({ id }) => id}
          columns={[
            {
              head: 'Tenant',
              cell: ({ id, name, deletedAt }) => (
                <>
                  {deletedAt === null ? (
                    <a href={href(['overview'], {}, { tenant: id })}>
                      <b>
                        <Text>{name || id}</Text>
                      </b>
                    </a>
                  ) : (
                    <b>{id}</b>
                  )}
                  <small class="mono">{id}</small>
                </>
              ),
            },
            {
              head: 'State',
              cell: ({ deletedAt, erasure }) =>
                deletedAt === null ? (
                  <Badge tone="ok" icon="check">
                    Active
                  </Badge>
                ) : (
                  <Badge tone="off" icon="slash">
                    {erasure?.state === 'done' ? 'Erased' : 'Being erased'}
                  </Badge>
                ),
            },
            {
              head: 'Go to',
              looks: 'lo',
              cell: ({ id, deletedAt }) =>
                deletedAt === null && (
                  <span class="row">
                    <a href={href(['endpoints'], {}, { tenant: id })}>Endpoints</a>
                    <a href={href(['events'], {}, { tenant: id })}>Events</a>
                    <a href={href(['issues'], {}, { tenant: id })}>Issues</a>
                    <a href={href(['access'], {}, { tenant: id })}>Keys</a>
                  </span>
                ),
            },
            { head: 'Since', cell: ({ createdAt }) => <When at={createdAt} /> },
            {
              head: 'More',
              quietHead: true,
              cell: (tenant) =>
                tenant.deletedAt === null && (
                  <Menu label={`More about ${tenant.id}`} icon="more" looks="btn slim quiet">
                    <Button kind="quiet is-bad" icon="close" onClick={() => setDeleted(tenant)}>
                      Delete and erase…
                    </Button>
                  </Menu>
                ),
            },
          ]}
          empty={
            <Empty icon="people" title="No tenants yet">
              A tenant is a customer of your platform. Make the first one, and give it a key.
            </Empty>
          }
        />
      </Card>
      {made && (
        <Ask
          title="New tenant"
          action="Create"
          isBusy={action.isBusy}
          isReady={/^[A-Za-z0-9_-]{1,64}$/.test(made.id) && made.name !== ''}
          fault={action.fault}
          onClose={close}
          onAct={create}
        >
          <Field
            label="Id"
            value={made.id}
            onInput={(id) => setMade({ ...made, id })}
            hint="Yours to choose, and fixed: letters, digits, - and _, up to 64."
            autoFocus
          />
          <Field label="Name" value={made.name} onInput={(name) => setMade({ ...made, name })} />
        </Ask>
      )}
      {deleted && (
        <Ask
          title={`Delete ${deleted.name || deleted.id}?`}
          action="Delete and erase"
          isDangerous
          isBusy={action.isBusy}
          isReady={typed === deleted.id}
          fault={action.fault}
          onClose={close}
          onAct={remove}
        >
          <p>
            All of it is removed for good: keys, endpoints, events, deliveries and figures, in both
            environments. This cannot be taken back.
          </p>
          <Field label={`Type ${deleted.id} to go on`} value={typed} onInput={setTyped} />
        </Ask>
      )}
      <p class="sr" role="status">
        {counted(pages.rows.length, 'tenant')} read
      </p>
    </>
  );
}
