// A template's settings as JSON, with what a change reaches before it is made.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { Endpoint, Template } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Note } from '../parts/layout.tsx';
import { say } from '../parts/toasts.tsx';
import { changesIn, inheriting, writtenSettings } from './settings.ts';

interface ChangeTemplateProps {
  readonly template: Template;
  readonly etag: string | null;
  readonly followers: readonly Endpoint[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function ChangeTemplate(props: ChangeTemplateProps) {
  const { followers, onClose, onDone } = props;
  const api = useApi();
  const action = useAction();
  // As they were when this began: what somebody else changes meanwhile is not overwritten.
  const [{ template, etag }] = useState(props);
  const [name, setName] = useState(template.name);
  const [text, setText] = useState(() => writtenSettings(template));
  const changes = changesIn(text, template);
  const changed = Object.keys(changes ?? {});
  const save = () =>
    action.run(async () => {
      const body = {
        ...(name.trim() !== template.name && { name: name.trim() }),
        settings: changes,
      };
      const address = path`/v1/templates/${template.id}`;
      await api.request(address, { method: 'PATCH', body, ifMatch: etag });
      say('The template was changed.');
      onClose();
      onDone();
    });
  return (
    <Ask
      title={`Change ${template.name}`}
      action="Save"
      isBusy={action.isBusy}
      isReady={
        changes !== undefined &&
        name.trim() !== '' &&
        (changed.length > 0 || name.trim() !== template.name)
      }
      fault={action.fault}
      onClose={onClose}
      onAct={save}
      wide
    >
      <Field label="Name" value={name} onInput={setName} />
      <Field
        label="Settings"
        rows={12}
        value={text}
        onInput={setText}
        hint="The contract is fixed, and the transformation has its own card. What is masked stays as it is."
        fault={changes === undefined ? 'This is no JSON object yet.' : undefined}
        autoFocus
      />
      {changed.length > 0 && (
        <Note tone="info" live>
          <ul class="small">
            {changed.map((setting) => (
              <li key={setting}>
                <code>{setting}</code>{' '}
                {changes?.[setting] === null ? 'is no longer set' : 'changes'} for{' '}
                {inheriting(followers, setting).length} of {counted(followers.length, 'endpoint')}
              </li>
            ))}
          </ul>
        </Note>
      )}
    </Ask>
  );
}
