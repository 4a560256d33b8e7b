// One template: what it sets, who inherits it, and what a change would reach.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { Endpoint, Template as Model, Transform } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { go, href } from '../base/router.ts';
import { EndpointLink } from '../lookups/endpoint-parts.tsx';
import { useEndpoints } from '../lookups/endpoints.ts';
import { EndpointBadge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Card, Head, None } from '../parts/layout.tsx';
import { NotRead } from '../parts/not-read.tsx';
import { Empty, Shown, Stale } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { say } from '../parts/toasts.tsx';
import { useMay } from '../session/who.ts';
import { TransformCard } from '../transforms/card.tsx';
import { ChangeTemplate } from './change.tsx';
import { Membership } from './membership.tsx';
import { inheriting } from './settings.ts';

interface Read {
  readonly template: Model;
  readonly etag: string | null;
}

export function Template({ id }: { readonly id: string }) {
  const may = useMay('endpoints:write');
  const [asked, setAsked] = useState<'change' | 'delete' | 'join' | 'leave'>();
  const loaded = useLoad<Read>(`template ${id}`, async (api, signal) => {
    const { value, etag } = await api.request<Model>(path`/v1/templates/${id}`, { signal });
    return { template: value, etag };
  });
  const endpoints = useEndpoints();
  if (loaded.value === undefined)
    return <NotRead title="Template" list="Templates" id={id} loaded={loaded} />;
  const { template, etag } = loaded.value;
  const all = [...(endpoints.value?.values() ?? [])];
  const followers = all.filter((one) => one.template === id);
  const others = all.filter((one) => one.template !== id && one.status !== 'deleted');
  const close = () => setAsked(undefined);
  const reload = () => {
    loaded.reload();
    endpoints.reload();
  };
  return (
    <>
      <Head
        title={template.name}
        crumbs={[['Templates', href(['templates'])], [template.name]]}
        lead={
          <span class="tiny muted">
            <code>{id}</code> <Copy text={id} what="the template’s id" />
          </span>
        }
      >
        {may && (
          <>
            <Button kind="primary" icon="edit" onClick={() => setAsked('change')}>
              Change…
            </Button>
            <Button kind="quiet is-bad" icon="close" onClick={() => setAsked('delete')}>
              Delete…
            </Button>
          </>
        )}
      </Head>
      <div class="stack">
        <Stale loaded={loaded} />
        <Settings template={template} followers={followers} />
        <Card
          title="Endpoints"
          aside={<span class="small muted">{counted(followers.length, 'endpoint')}</span>}
          actions={
            may && (
              <>
                {others.length > 0 && (
                  <Button slim icon="plus" onClick={() => setAsked('join')}>
                    Add endpoints…
                  </Button>
                )}
                {followers.length > 0 && (
                  <Button slim kind="quiet" onClick={() => setAsked('leave')}>
                    Detach…
                  </Button>
                )}
              </>
            )
          }
        >
          <Shown loaded={endpoints} label="endpoints">
            {() => <Followers followers={followers} />}
          </Shown>
        </Card>
        <TransformOf
          template={template}
          etag={etag}
          may={may}
          followers={followers}
          onChange={reload}
        />
      </div>
      {asked === 'change' && (
        <ChangeTemplate
          template={template}
          etag={etag}
          followers={followers}
          onClose={close}
          onDone={reload}
        />
      )}
      {asked === 'delete' && (
        <Delete template={template} etag={etag} followers={followers.length} onClose={close} />
      )}
      {(asked === 'join' || asked === 'leave') && (
        <Membership
          template={template}
          kind={asked}
          candidates={asked === 'join' ? others : followers}
          onClose={close}
          onDone={reload}
        />
      )}
    </>
  );
}

interface OfFollowers {
  readonly template: Model;
  readonly followers: readonly Endpoint[];
}

function Settings({ template, followers }: OfFollowers) {
  return (
    <Card title="What it sets">
      <Table
        label="Settings of the template"
        rows={Object.entries(template.settings).filter(([name]) => name !== 'transform')}
        keyOf={([name]) => name}
        columns={[
          { head: 'Setting', cell: ([name]) => <b class="mono">{name}</b> },
          {
            head: 'Value',
            looks: 'full',
            cell: ([, value]) => <code>{JSON.stringify(value)}</code>,
          },
          {
            head: 'Taken by',
            cell: ([name]) =>
              name === 'contract'
                ? 'Endpoints that are created with it'
                : `${inheriting(followers, name).length} of ${counted(followers.length, 'endpoint')}`,
          },
        ]}
      />
    </Card>
  );
}

function Followers({ followers }: Pick<OfFollowers, 'followers'>) {
  if (followers.length === 0) {
    return (
      <Empty icon="plug" title="No endpoint inherits from it">
        Add endpoints here, or name the template when one is created.
      </Empty>
    );
  }
  return (
    <Table
      label="Endpoints that inherit"
      rows={followers}
      keyOf={({ id }) => id}
      columns={[
        { head: 'Endpoint', cell: (endpoint) => <EndpointLink endpoint={endpoint} /> },
        { head: 'State', cell: (endpoint) => <EndpointBadge endpoint={endpoint} /> },
        {
          head: 'Its own settings',
          looks: 'full',
          cell: ({ own }) =>
            own === null || own.length === 0 ? (
              <None />
            ) : (
              own.map((name) => <code key={name}>{name} </code>)
            ),
        },
      ]}
    />
  );
}

interface TransformOfProps extends OfFollowers {
  readonly etag: string | null;
  readonly may: boolean;
  readonly onChange: () => void;
}

function TransformOf({ template, etag, may, followers, onChange }: TransformOfProps) {
  const api = useApi();
  const takers = inheriting(followers, 'transform').length;
  return (
    <TransformCard
      transform={(template.settings.transform as Transform | undefined) ?? null}
      etag={etag}
      may={may}
      aside={`Taken by ${takers} of ${counted(followers.length, 'endpoint')}`}
      afterwards="Endpoints without one of their own send the data as it was posted."
      endpoint={followers[0]?.id}
      save={async (transform, ifMatch) => {
        const body = { settings: { transform } };
        await api.request(path`/v1/templates/${template.id}`, { method: 'PATCH', body, ifMatch });
        onChange();
      }}
    />
  );
}

interface DeleteProps {
  readonly template: Model;
  readonly etag: string | null;
  readonly followers: number;
  readonly onClose: () => void;
}

function Delete({ template, etag, followers, onClose }: DeleteProps) {
  const api = useApi();
  const action = useAction();
  const remove = () =>
    action.run(async () => {
      const address = path`/v1/templates/${template.id}`;
      await api.request(address, { method: 'DELETE', ifMatch: etag });
      say('The template was deleted.');
      go(href(['templates']));
    });
  return (
    <Ask
      title={`Delete ${template.name}?`}
      action="Delete the template"
      isDangerous
      isBusy={action.isBusy}
      isReady={followers === 0}
      fault={action.fault}
      onClose={onClose}
      onAct={remove}
    >
      <p>
        {followers === 0
          ? 'No endpoint inherits from it.'
          : `${counted(followers, 'endpoint')} would lose settings: detach first.`}
      </p>
    </Ask>
  );
}
