// The catalogue: what can be sent, with schema and example.
import { useState } from 'preact/hooks';
import { type Answer, path } from '../base/api.ts';
import { memberText } from '../base/json-text.ts';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { EventType, Page } from '../base/models.ts';
import { usePages } from '../base/pages.ts';
import { go, href } from '../base/router.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { ExactJson } from '../parts/code.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Dotted } from '../parts/dotted.tsx';
import { Card, Facts, Head, None, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useWho } from '../session/who.ts';
import { Edit } from './edit.tsx';

export function EventTypes() {
  const { isOperator } = useWho();
  const [isMaking, setMaking] = useState(false);
  const api = useApi({ tenant: undefined, environment: 'live' });
  const pages = usePages<EventType>(
    'event types',
    ({ name }) => name,
    (_, cursor, signal) =>
      api.get<Page<EventType>>(path`/v1/event-types`, { cursor, limit: 100 }, signal),
  );
  return (
    <>
      <Head
        title="Event types"
        lead="What your platform sends. Producers may post other types too, unless a schema refuses them."
      >
        {!IS_PORTAL && isOperator && (
          <Button kind="primary" icon="plus" onClick={() => setMaking(true)}>
            New event type…
          </Button>
        )}
      </Head>
      <Card label="Event types">
        <List
          label="Event types"
          one="event type"
          pages={pages}
          keyOf={({ name }) => name}
          columns={[
            {
              head: 'Type',
              cell: ({ name, description }) => (
                <>
                  <a href={href(['event-types', name])}>
                    <Dotted name={name} />
                  </a>
                  <small>
                    <Text>{description}</Text>
                  </small>
                </>
              ),
            },
            {
              head: 'Schema',
              cell: ({ schema, onMismatch }) =>
                schema === null ? (
                  <None />
                ) : onMismatch === 'refuse' ? (
                  'Refuses others'
                ) : (
                  'Accepts others'
                ),
            },
            { head: 'Example', cell: ({ example }) => (example === null ? <None /> : 'Yes') },
            {
              head: 'Seen by',
              cell: (type) => (
                <Badge tone={type.public ? 'info' : 'plain'}>
                  {type.public ? 'Everybody' : 'Tenants'}
                </Badge>
              ),
            },
            { head: 'Changed', looks: 'lo', cell: ({ updatedAt }) => <When at={updatedAt} /> },
          ]}
          empty={
            <Empty icon="tag" title="No event types yet">
              A catalogue tells your customers what they can get. It is optional.
            </Empty>
          }
        />
      </Card>
      {!IS_PORTAL && isMaking && <Edit onClose={() => setMaking(false)} />}
    </>
  );
}

export function EventTypeDetails({ name }: { readonly name: string }) {
  const { isOperator } = useWho();
  const api = useApi({ tenant: undefined, environment: 'live' });
  const loaded = useLoad(`event type ${name}`, (_, signal) =>
    api.request<EventType>(path`/v1/event-types/${name}`, { signal }),
  );
  return (
    <>
      <Head
        title={name}
        shown={<span class="mono">{name}</span>}
        crumbs={[['Event types', href(['event-types'])], [name]]}
      >
        {!IS_PORTAL && isOperator && loaded.value && (
          <Actions name={name} read={loaded.value} onClose={loaded.reload} />
        )}
      </Head>
      <Shown loaded={loaded} label="the event type">
        {({ value, text }) => (
          <div class="stack">
            <Card title="Details" pad>
              <Facts
                facts={[
                  [
                    'Description',
                    value.description === '' ? <None /> : <Text>{value.description}</Text>,
                  ],
                  [
                    'Data that differs',
                    value.schema === null
                      ? 'There is no schema'
                      : value.onMismatch === 'refuse'
                        ? 'Is refused'
                        : 'Is accepted',
                  ],
                  [
                    'Seen by',
                    value.public ? 'Everybody, at /.well-known/event-types.json' : 'Tenants',
                  ],
                  ['Events', <a href={href(['events'], { type: name })}>Of this type</a>],
                  ['Changed', <When at={value.updatedAt} as="full" />],
                ]}
              />
            </Card>
            <div class="cols">
              {value.schema !== null && (
                <ExactJson title="Schema" text={memberText(text, 'schema') ?? ''} />
              )}
              {value.example !== null && (
                <ExactJson title="Example" text={memberText(text, 'example') ?? ''} />
              )}
            </div>
          </div>
        )}
      </Shown>
    </>
  );
}

interface ActionsProps {
  readonly name: string;
  readonly read: Answer<EventType>;
  readonly onClose: () => void;
}

/** The operator's: a customer only reads the catalogue. */
function Actions({ name, read: { value, text, etag }, onClose }: ActionsProps) {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const [asked, setAsked] = useState<'edit' | 'delete'>();
  const action = useAction();
  const remove = () =>
    action.run(async () => {
      await api.request(path`/v1/event-types/${name}`, { method: 'DELETE', ifMatch: etag });
      say('The event type was removed from the catalogue.');
      go(href(['event-types']));
    });
  return (
    <>
      <Button icon="edit" onClick={() => setAsked('edit')}>
        Change…
      </Button>
      <Button kind="quiet is-bad" icon="close" onClick={() => setAsked('delete')}>
        Remove…
      </Button>
      {asked === 'edit' && (
        <Edit
          before={value}
          text={text}
          etag={etag}
          onClose={() => {
            setAsked(undefined);
            onClose();
          }}
        />
      )}
      {asked === 'delete' && (
        <Ask
          title={`Remove ${name}?`}
          action="Remove it"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setAsked(undefined)}
          onAct={remove}
        >
          <p>
            It leaves the catalogue, and its schema is no longer asked. Events of this type are
            accepted as before.
          </p>
        </Ask>
      )}
    </>
  );
}
