// What people read in chats, in words of one's own.
import { useState } from 'preact/hooks';
import type { Action } from '../base/loading.ts';
import type { NoticeSettings } from '../base/models.ts';
import { Ask } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Card, None } from '../parts/layout.tsx';
import { Table } from '../parts/table.tsx';
import { Changing, type KeptProps, NAMES, SaveFault, useSaving } from './kept.tsx';

type AllWords = NonNullable<NoticeSettings['words']>;
type Worded = Extract<keyof AllWords, string>;
type KindWords = NonNullable<AllWords[Worded]>;

export function Words(props: KeptProps) {
  const words = props.kept.settings.words ?? {};
  const { action, save } = useSaving(props);
  const [edited, setEdited] = useState<readonly [Worded, string]>();
  const put = (kind: Worded, own: KindWords | undefined) => {
    const { [kind]: _, ...others } = words;
    void save({ words: own ? { ...others, [kind]: own } : others }, () => setEdited(undefined));
  };
  return (
    <Card title="What people read">
      {!edited && <SaveFault of={action} onReload={props.onReload} />}
      <Table<readonly [Worded, string]>
        label="What people read"
        rows={[...NAMES]}
        keyOf={([kind]) => kind}
        columns={[
          { head: 'Notice', bare: true, cell: ([, name]) => <b>{name}</b> },
          {
            head: 'Words',
            cell: ([kind]) => {
              const own = words[kind];
              return own ? <bdi>{own.title}</bdi> : <None>English</None>;
            },
          },
          {
            head: 'Change',
            quietHead: true,
            cell: (row) => (
              <Changing
                onChange={() => setEdited(row)}
                onRemove={words[row[0]] && (() => put(row[0], undefined))}
              />
            ),
          },
        ]}
      />
      {edited && (
        <Edit
          name={edited[1]}
          before={words[edited[0]]}
          action={action}
          onClose={() => setEdited(undefined)}
          onSave={(own) => put(edited[0], own)}
        />
      )}
    </Card>
  );
}

interface EditProps {
  readonly name: string;
  readonly before: KindWords | undefined;
  readonly action: Action;
  readonly onClose: () => void;
  readonly onSave: (words: KindWords) => void;
}

function Edit({ name, before, action, onClose, onSave }: EditProps) {
  const [title, setTitle] = useState(before?.title ?? '');
  const [text, setText] = useState(before?.text ?? '');
  const [link, setLink] = useState(before?.link ?? '');
  return (
    <Ask
      title={name}
      action="Save"
      isBusy={action.isBusy}
      isReady={title.trim() !== ''}
      fault={action.fault}
      onClose={onClose}
      onAct={() => onSave({ title, text, ...(link.trim() && { link }) })}
      wide
    >
      <Field label="Title" value={title} onInput={setTitle} autoFocus />
      <Field
        label="Text"
        rows={5}
        value={text}
        onInput={setText}
        hint={
          <>
            Names in double braces stand for what is told:{' '}
            <code>{'{{name}} {{host}} {{since}}'}</code>. A line with what a notice does not have is
            left out.
          </>
        }
      />
      <Field label="Words of the link" value={link} onInput={setLink} />
    </Ask>
  );
}
