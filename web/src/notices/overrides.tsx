// What is different for some endpoints.
import { useState } from 'preact/hooks';
import type { Action } from '../base/loading.ts';
import type { NoticeSettings } from '../base/models.ts';
import { EndpointChoice, EndpointLink } from '../lookups/endpoint-parts.tsx';
import type { EndpointsById } from '../lookups/endpoints.ts';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Check, Field } from '../parts/field.tsx';
import { Card, None } from '../parts/layout.tsx';
import { Table } from '../parts/table.tsx';
import { useMay } from '../session/who.ts';
import { Changing, type KeptProps, type Kind, NAMES, SaveFault, useSaving } from './kept.tsx';
import { Kinds } from './settings.tsx';

type Override = NoticeSettings['endpoints'][string];

interface OverridesProps extends KeptProps {
  readonly endpoints: EndpointsById | undefined;
}

export function Overrides(props: OverridesProps) {
  const { endpoints: all } = props.kept.settings;
  const may = useMay('endpoints:write');
  const { action, save } = useSaving(props);
  const [edited, setEdited] = useState<string>();
  const remove = (id: string) => {
    const { [id]: _, ...others } = all;
    void save({ endpoints: others });
  };
  return (
    <Card
      title="For single endpoints"
      actions={
        may && (
          <Button slim icon="plus" onClick={() => setEdited('')}>
            Add…
          </Button>
        )
      }
    >
      {edited === undefined && <SaveFault of={action} onReload={props.onReload} />}
      {Object.keys(all).length === 0 ? (
        <p class="pad muted">None differs.</p>
      ) : (
        <Table
          label="For single endpoints"
          rows={Object.entries(all)}
          keyOf={([id]) => id}
          columns={[
            {
              head: 'Endpoint',
              bare: true,
              cell: ([id]) => {
                const endpoint = props.endpoints?.get(id);
                return endpoint ? <EndpointLink endpoint={endpoint} /> : <code>{id}</code>;
              },
            },
            {
              head: 'What is told',
              cell: ([, { kinds }]) =>
                kinds === undefined ? (
                  <None>as above</None>
                ) : kinds.length === 0 ? (
                  'Nothing'
                ) : (
                  kinds.map((kind) => <div key={kind}>{NAMES.get(kind)}</div>)
                ),
            },
            {
              head: 'Slow from, in ms',
              looks: 'num',
              cell: ([, { slowAboveMs }]) => slowAboveMs ?? <None>as above</None>,
            },
            {
              head: 'Change',
              quietHead: true,
              cell: ([id]) => (
                <Changing onChange={() => setEdited(id)} onRemove={() => remove(id)} />
              ),
            },
          ]}
        />
      )}
      {edited !== undefined && (
        <Edit
          id={edited}
          before={all[edited] ?? {}}
          general={props.kept.settings.kinds}
          endpoints={props.endpoints}
          action={action}
          onClose={() => setEdited(undefined)}
          onSave={(id, override) =>
            save({ endpoints: { ...all, [id]: override } }, () => setEdited(undefined))
          }
        />
      )}
    </Card>
  );
}

interface EditProps {
  /** Empty for one that is to be chosen. */
  readonly id: string;
  readonly before: Override;
  readonly general: readonly Kind[];
  readonly endpoints: EndpointsById | undefined;
  readonly action: Action;
  readonly onClose: () => void;
  readonly onSave: (id: string, override: Override) => void;
}

function Edit({ id: first, before, general, endpoints, action, onClose, onSave }: EditProps) {
  const [id, setId] = useState(first);
  const [kinds, setKinds] = useState<Kind[] | undefined>(before.kinds);
  const [slow, setSlow] = useState(String(before.slowAboveMs ?? ''));
  return (
    <Ask
      title="For single endpoints"
      action="Save"
      isBusy={action.isBusy}
      isReady={id !== ''}
      fault={action.fault}
      onClose={onClose}
      onAct={() =>
        onSave(id, { ...(kinds && { kinds }), ...(slow !== '' && { slowAboveMs: Number(slow) }) })
      }
    >
      {first === '' && (
        <EndpointChoice
          endpoints={endpoints}
          value={id}
          any="Choose an endpoint"
          onChange={setId}
        />
      )}
      <Check
        checked={kinds !== undefined}
        onChange={(isOwn) => setKinds(isOwn ? [...general] : undefined)}
      >
        Tell other things of it
      </Check>
      {kinds && <Kinds kinds={kinds} onChange={setKinds} />}
      <Field label="Slow from, in ms" type="number" value={slow} onInput={setSlow} />
    </Ask>
  );
}
