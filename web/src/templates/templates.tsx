// Named sets of settings that many endpoints share.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { isJson } from '../base/json-text.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Page, Template } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { usePages } from '../base/pages.ts';
import { go, href } from '../base/router.ts';
import { useEndpoints } from '../lookups/endpoints.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Card, Head, None } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Empty } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';

const FIRST = '{\n  "eventTypes": ["dossier.*"],\n  "timeoutMs": 15000\n}';

export function Templates() {
  const may = useMay('endpoints:write');
  const [isMaking, setMaking] = useState(false);
  const endpoints = useEndpoints();
  const pages = usePages<Template>(
    'templates',
    ({ id }) => id,
    (api, cursor, signal) =>
      api.get<Page<Template>>(path`/v1/templates`, { cursor, limit: 100 }, signal),
  );
  return (
    <>
      <Head
        title="Templates"
        lead="Settings that endpoints inherit. Change a template, and every endpoint that did not set its own follows within 15 seconds."
      >
        {may && (
          <Button kind="primary" icon="plus" onClick={() => setMaking(true)}>
            New template…
          </Button>
        )}
      </Head>
      <Card label="Templates">
        <List
          label="Templates"
          one="template"
          pages={pages}
          keyOf={({ id }) => id}
          columns={[
            {
              head: 'Template',
              cell: ({ id, name }) => (
                <>
                  <a href={href(['templates', id])}>
                    <b>{name}</b>
                  </a>
                  <small class="mono">{id}</small>
                </>
              ),
            },
            {
              head: 'Sets',
              looks: 'full',
              cell: ({ settings }) => {
                const names = Object.keys(settings);
                return names.length === 0 ? (
                  <None />
                ) : (
                  names.map((name) => <code key={name}>{name} </code>)
                );
              },
            },
            {
              head: 'Used by',
              cell: ({ id }) =>
                endpoints.value &&
                counted(
                  [...endpoints.value.values()].filter(({ template }) => template === id).length,
                  'endpoint',
                ),
            },
            { head: 'Changed', looks: 'lo', cell: ({ updatedAt }) => <When at={updatedAt} /> },
          ]}
          empty={
            <Empty icon="copy" title="No templates yet">
              With one, the event types, retry policy or headers of many endpoints are changed in
              one place.
            </Empty>
          }
        />
      </Card>
      {isMaking && <NewTemplate onClose={() => setMaking(false)} />}
    </>
  );
}

function NewTemplate({ onClose }: { readonly onClose: () => void }) {
  const api = useApi();
  const action = useAction();
  const [name, setName] = useState('');
  const [settings, setSettings] = useState(FIRST);
  const isValid = isJson(settings);
  const create = () =>
    action.run(async () => {
      const bodyText = `{"name":${JSON.stringify(name.trim())},"settings":${settings}}`;
      const { value } = await api.request<Template>('/v1/templates', { method: 'POST', bodyText });
      say('The template was created. No endpoint inherits from it yet.');
      onClose();
      go(href(['templates', value.id]));
    });
  return (
    <Ask
      title="New template"
      action="Create the template"
      isBusy={action.isBusy}
      isReady={name.trim() !== '' && isValid}
      fault={action.fault}
      onClose={onClose}
      onAct={create}
      wide
    >
      <Field label="Name" value={name} onInput={setName} autoFocus />
      <Field
        label="Settings"
        rows={8}
        value={settings}
        onInput={setSettings}
        hint="As of an endpoint, but for its URL, secret and certificates."
        fault={isValid ? undefined : 'This is no JSON yet.'}
      />
    </Ask>
  );
}
