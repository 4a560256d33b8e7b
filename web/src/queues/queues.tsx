// Dead letters: messages that our own code could not process. They are tried again by themselves; here they can be
// looked at and sent back at once.
import { useState } from 'preact/hooks';
import type { components } from '../../../client/src/schema.ts';
import { path } from '../base/api.ts';
import { useAction, useApi, useLoad } from '../base/loading.ts';
import type { DeadLetter } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { Badge } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Ask } from '../parts/dialog.tsx';
import { Dotted } from '../parts/dotted.tsx';
import { Card, Head, None } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';

type QueueName = DeadLetter['queue'];
type Letters = components['schemas']['DeadLetters'];
type Redrive = components['schemas']['Redrive'];

const QUEUES: readonly (readonly [QueueName, string])[] = [
  ['events', 'Events that fan-out could not process'],
  ['wakes', 'Wake-ups of endpoints that could not be processed'],
];

export function Queues() {
  return (
    <>
      <Head
        title="Dead letters"
        lead="Messages that Posthorn itself failed to process ten times. Those that it can read are sent back by themselves at growing intervals; only unreadable ones need a person."
      />
      <div class="stack">
        {QUEUES.map(([queue, words]) => (
          <Queue key={queue} queue={queue} words={words} />
        ))}
      </div>
    </>
  );
}

function Queue({ queue, words }: { readonly queue: QueueName; readonly words: string }) {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const action = useAction();
  const [isAsked, setAsked] = useState(false);
  const letters = useLoad(`dead letters ${queue}`, (_, signal) =>
    api.get<Letters>(path`/v1/dead-letters`, { queue }, signal),
  );
  const redrive = () =>
    action.run(async () => {
      const { moved, refused } = await api.post<Redrive>(path`/v1/dead-letters/redrive`, { queue });
      setAsked(false);
      say(
        `${counted(moved, 'message')} sent back${refused > 0 ? `, ${refused} unreadable ones left` : ''}.`,
      );
      letters.reload();
    });
  return (
    <Card
      title={queue}
      aside={<span class="small muted">{words}</span>}
      actions={
        <>
          <Button slim icon="again" onClick={letters.reload}>
            Look again
          </Button>
          {(letters.value?.data.length ?? 0) > 0 && (
            <Button slim onClick={() => setAsked(true)}>
              Send back…
            </Button>
          )}
        </>
      }
      footer="Some of the messages, in no order. What is shown here is hidden from a second look for five seconds."
    >
      <Shown loaded={letters} label="dead letters" rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon="check" title="Empty">
              Nothing is stuck.
            </Empty>
          ) : (
            <Table
              label={`Dead letters of ${queue}`}
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                {
                  head: 'Message',
                  cell: (letter) =>
                    letter.event && letter.tenant ? (
                      <a
                        href={href(
                          ['events', letter.event],
                          {},
                          {
                            tenant: letter.tenant,
                            ...(letter.environment && { environment: letter.environment }),
                          },
                        )}
                      >
                        <Dotted name={letter.type ?? letter.event} />
                      </a>
                    ) : (
                      <code>{letter.endpoint ?? letter.id}</code>
                    ),
                },
                { head: 'Tenant', cell: ({ tenant }) => tenant ?? <None /> },
                {
                  head: 'Format',
                  cell: ({ readable }) => (
                    <Badge tone={readable ? 'info' : 'bad'} icon={readable ? 'check' : 'warn'}>
                      {readable ? 'Readable' : 'Unreadable'}
                    </Badge>
                  ),
                },
                { head: 'Received', looks: 'num', cell: ({ receives }) => receives },
                { head: 'Sent', cell: ({ sentAt }) => <When at={sentAt} /> },
                {
                  head: 'Begins',
                  looks: 'full',
                  cell: ({ body }) => body !== null && <code>{body.slice(0, 200)}</code>,
                },
              ]}
            />
          )
        }
      </Shown>
      {isAsked && (
        <Ask
          title={`Send the messages of ${queue} back?`}
          action="Send them back"
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setAsked(false)}
          onAct={redrive}
        >
          <p>
            Up to 100 readable messages go back to their queue and are processed again. Nothing is
            lost if this is broken off; a message may be processed twice.
          </p>
        </Ask>
      )}
    </Card>
  );
}
