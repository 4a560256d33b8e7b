// The settings with where each comes from, and the form that changes one.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Endpoint } from '../base/models.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Card } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { say } from '../parts/toasts.tsx';
import { useMay } from '../session/who.ts';
import { read, SETTINGS, type Setting, written } from './settings.ts';

interface SettingsProps {
  readonly endpoint: Endpoint;
  readonly etag: string | null;
  readonly onChange: () => void;
}

export function Settings({ endpoint, etag, onChange }: SettingsProps) {
  const api = useApi();
  const may = useMay('endpoints:write') && endpoint.status !== 'deleted';
  const action = useAction();
  const [edited, setEdited] = useState<Setting>();
  const change = (body: Record<string, unknown>, words: string) =>
    action.run(async () => {
      await api.request(path`/v1/endpoints/${endpoint.id}`, {
        method: 'PATCH',
        body,
        ifMatch: etag,
      });
      setEdited(undefined);
      say(words);
      onChange();
    });
  const own = endpoint.own;
  const aside =
    own === null ? 'Without a template' : `${own.length} of its own, the rest from its template`;
  return (
    <Card title="Settings" id="settings" aside={<span class="small muted">{aside}</span>}>
      {!edited && <FaultNote fault={action.fault} />}
      <Table
        label="Settings"
        rows={SETTINGS}
        keyOf={({ name }) => name}
        columns={[
          { head: 'Setting', cell: ({ words }) => <b>{words}</b> },
          {
            head: 'Value',
            cell: ({ show }) => show(endpoint).map((text) => <code key={text}>{text} </code>),
          },
          {
            head: 'Comes from',
            cell: ({ name }) => {
              if (own === null || name === 'url') return <span class="muted">This endpoint</span>;
              if (!own.includes(name)) return <span class="muted">Template</span>;
              return (
                <span class="row">
                  <Badge tone="info">Own</Badge>
                  {may && (
                    <Button
                      slim
                      kind="quiet"
                      title="Give it back to the template"
                      onClick={() => change({ [name]: null }, 'The template’s value holds again.')}
                    >
                      Inherit
                    </Button>
                  )}
                </span>
              );
            },
          },
          {
            head: 'Change',
            quietHead: true,
            cell: (setting) =>
              may && (
                <Button
                  slim
                  kind="quiet"
                  icon="edit"
                  label={`Change ${setting.words.toLowerCase()}`}
                  onClick={() => setEdited(setting)}
                />
              ),
          },
        ]}
      />
      {edited && (
        <Change
          endpoint={endpoint}
          setting={edited}
          action={action}
          onClose={() => {
            setEdited(undefined);
            action.clear();
          }}
          onSave={(value) => change({ [edited.name]: value }, `${edited.words} changed.`)}
        />
      )}
    </Card>
  );
}

interface ChangeProps {
  readonly endpoint: Endpoint;
  readonly setting: Setting;
  readonly action: ReturnType<typeof useAction>;
  readonly onClose: () => void;
  readonly onSave: (value: unknown) => void;
}

function Change({ endpoint, setting, action, onClose, onSave }: ChangeProps) {
  const [text, setText] = useState(written(endpoint, setting));
  const isLong = setting.form === 'json' || setting.form === 'lines';
  let value: unknown;
  let fault: string | undefined;
  try {
    value = read(text, setting);
  } catch {
    fault = setting.form === 'json' ? 'This is no JSON yet.' : 'This is no number.';
  }
  return (
    <Ask
      title={`Change ${setting.words.toLowerCase()}`}
      action="Save"
      isBusy={action.isBusy}
      isReady={fault === undefined && text !== written(endpoint, setting)}
      fault={action.fault}
      onClose={onClose}
      onAct={() => onSave(value)}
      wide={isLong}
    >
      <Field
        label={setting.words}
        value={text}
        onInput={setText}
        hint={setting.hint}
        fault={fault}
        rows={isLong ? 8 : undefined}
        autoFocus
      />
    </Ask>
  );
}
