// The form of an event type; the operator's only.
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { isJson, memberText } from '../base/json-text.ts';
import { useAction, useApi } from '../base/loading.ts';
import type { EventType } from '../base/models.ts';
import { go, href } from '../base/router.ts';
import { Ask } from '../parts/dialog.tsx';
import { Check, Choice, Field } from '../parts/field.tsx';
import { say } from '../parts/toasts.tsx';

interface EditProps {
  readonly before?: EventType;
  readonly text?: string;
  readonly etag?: string | null;
  readonly onClose: () => void;
}

export function Edit({ before, text = '{}', etag, onClose }: EditProps) {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const action = useAction();
  const source = (member: string) => {
    const found = memberText(text, member);
    return found === undefined || found === 'null' ? '' : found;
  };
  const [name, setName] = useState(before?.name ?? '');
  const [description, setDescription] = useState(before?.description ?? '');
  const [schema, setSchema] = useState(source('schema'));
  const [example, setExample] = useState(source('example'));
  const [onMismatch, setMismatch] = useState<EventType['onMismatch']>(
    before?.onMismatch ?? 'accept',
  );
  const [isPublic, setPublic] = useState(before?.public ?? false);
  const isValid = (json: string) => json.trim() === '' || isJson(json);
  const save = () =>
    action.run(async () => {
      // Schema and example go out as they were written: parsing would change long numbers.
      const members = [
        ['description', JSON.stringify(description)],
        ['onMismatch', JSON.stringify(onMismatch)],
        ['public', String(isPublic)],
        ...(schema.trim() === '' ? [] : [['schema', schema]]),
        ...(example.trim() === '' ? [] : [['example', example]]),
      ];
      const bodyText = `{${members.map(([member, json]) => `"${member}":${json}`).join(',')}}`;
      await api.request(path`/v1/event-types/${name}`, { method: 'PUT', bodyText, ifMatch: etag });
      say('The event type was saved.');
      onClose();
      go(href(['event-types', name]));
    });
  return (
    <Ask
      title={before ? `Change ${before.name}` : 'New event type'}
      action="Save"
      isBusy={action.isBusy}
      isReady={name !== '' && isValid(schema) && isValid(example)}
      fault={action.fault}
      onClose={onClose}
      onAct={save}
      wide
    >
      {!before && (
        <Field
          label="Type"
          value={name}
          onInput={setName}
          hint="Dotted, from general to special: identity_document.approved"
          autoFocus
        />
      )}
      <Field label="Description" value={description} onInput={setDescription} />
      <Field
        label="JSON Schema of the data"
        rows={6}
        value={schema}
        onInput={setSchema}
        fault={isValid(schema) ? undefined : 'This is no JSON yet.'}
        hint="Optional."
      />
      <Field
        label="Example of the data"
        rows={6}
        value={example}
        onInput={setExample}
        fault={isValid(example) ? undefined : 'This is no JSON yet.'}
        hint="Optional. It must match the schema."
      />
      <Choice
        label="Data that differs from the schema"
        value={onMismatch}
        options={[
          ['accept', 'Is accepted'],
          ['refuse', 'Is refused'],
        ]}
        onChange={setMismatch}
      />
      <Check checked={isPublic} onChange={setPublic}>
        Everybody may see it
      </Check>
    </Ask>
  );
}
