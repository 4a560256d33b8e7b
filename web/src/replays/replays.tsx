// Replays and recoveries: is recovery done?
import { useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { useAction, useApi, useLoad, useScope } from '../base/loading.ts';
import type { Page, Replay } from '../base/models.ts';
import { count, counted, span } from '../base/numbers.ts';
import { usePages } from '../base/pages.ts';
import { href } from '../base/router.ts';
import { nameOf, useEndpoints } from '../lookups/endpoints.ts';
import { Badge, type Tone } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { Ask } from '../parts/dialog.tsx';
import type { IconName } from '../parts/icon.tsx';
import { Card, Facts, Figures, Head, Text } from '../parts/layout.tsx';
import { List } from '../parts/list.tsx';
import { NotRead } from '../parts/not-read.tsx';
import { OtherEnvironment } from '../parts/other-environment.tsx';
import { Empty, FaultNote, Stale } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { StartReplay } from './start.tsx';

const LOOKS: Record<Replay['state'], readonly [Tone, IconName, string]> = {
  running: ['info', 'again', 'Running'],
  paused: ['off', 'pause', 'Paused'],
  done: ['ok', 'check', 'Done'],
  cancelled: ['off', 'slash', 'Cancelled'],
};

function StateBadge({ state }: Pick<Replay, 'state'>) {
  const [tone, icon, words] = LOOKS[state];
  return (
    <Badge tone={tone} icon={icon}>
      {words}
    </Badge>
  );
}

/** By the time that it has reached: how many it will find is not known before its end. */
function shareOf({ state, since, until, reachedAt }: Replay): number {
  if (state === 'done') return 1;
  if (reachedAt === null) return 0;
  const [from, to, at] = [since, until, reachedAt].map((time) => Date.parse(time));
  return from === undefined || to === undefined || at === undefined || to <= from
    ? 0
    : Math.min(1, Math.max(0, (at - from) / (to - from)));
}

function Progress({ replay }: { readonly replay: Replay }) {
  const share = Math.round(shareOf(replay) * 100);
  return (
    <>
      <svg class="bar" role="img" aria-label={`${share} percent of its time is read`}>
        <rect class="f-line" width="100%" y="5" height="6" rx="3" />
        <rect class="f-accent" width={`${share}%`} y="5" height="6" rx="3" />
      </svg>
      <small>
        {replay.finishedAt
          ? `Took ${span(Date.parse(replay.finishedAt) - Date.parse(replay.createdAt))}`
          : `${share}% of its time is read, oldest first`}
      </small>
    </>
  );
}

export function Replays() {
  const { environment } = useScope();
  const may = useMay('deliveries:write');
  const endpoints = useEndpoints();
  const [isStarting, setStarting] = useState(false);
  const pages = usePages<Replay>(
    'replays',
    ({ id }) => id,
    (api, cursor, signal) =>
      api.get<Page<Replay>>(path`/v1/replays`, { cursor, limit: 50 }, signal),
    5000,
  );
  return (
    <>
      <Head
        title="Replays"
        lead="Deliveries sent again: recoveries after an outage, and replays of what was delivered. Each keeps its idempotency key."
      >
        {may && (
          <Button kind="primary" icon="again" onClick={() => setStarting(true)}>
            New replay…
          </Button>
        )}
      </Head>
      {isStarting && (
        <StartReplay
          endpoints={[...(endpoints.value?.values() ?? [])]}
          onClose={() => setStarting(false)}
        />
      )}
      <Card label="Replays">
        <List
          label="Replays"
          one="replay"
          pages={pages}
          keyOf={({ id }) => id}
          columns={[
            {
              head: 'Replay',
              cell: ({ id, endpoint, status }) => {
                const known = endpoints.value?.get(endpoint);
                return (
                  <>
                    <a href={href(['replays', id])}>
                      <b>
                        {status === 'failed' ? 'Recover ' : `Send ${status} again: `}
                        <Text>{known ? nameOf(known) : endpoint}</Text>
                      </b>
                    </a>
                    <small class="mono">{id}</small>
                  </>
                );
              },
            },
            { head: 'State', cell: (replay) => <StateBadge {...replay} /> },
            { head: 'Progress', looks: 'full', cell: (replay) => <Progress replay={replay} /> },
            { head: 'Found', looks: 'num', cell: ({ found }) => count(found) },
            { head: 'Sent', looks: 'num', cell: ({ sent }) => count(sent) },
            { head: 'Skipped', looks: 'num', cell: ({ skipped }) => count(skipped) },
            { head: 'Begun', cell: ({ createdAt }) => <When at={createdAt} /> },
          ]}
          empty={
            <Empty
              icon="again"
              title={`No replays in ${environment} yet`}
              actions={<OtherEnvironment of="replays" />}
            >
              After an outage, “Recover” on an endpoint’s page sends what has not arrived.
            </Empty>
          }
        />
      </Card>
    </>
  );
}

export function ReplayDetails({ id }: { readonly id: string }) {
  const api = useApi();
  const may = useMay('deliveries:write');
  const action = useAction();
  const [isAsked, setAsked] = useState(false);
  const loaded = useLoad<Replay>(
    `replay ${id}`,
    (one, signal) => one.get(path`/v1/replays/${id}`, {}, signal),
    2000,
  );
  const act = (verb: 'pause' | 'resume' | 'cancel', words: string) =>
    action.run(async () => {
      loaded.put(await api.post<Replay>(path`/v1/replays/${id}/${verb}`));
      setAsked(false);
      say(words);
    });
  const replay = loaded.value;
  if (replay === undefined)
    return <NotRead title="Replay" list="Replays" id={id} loaded={loaded} />;
  const isOpen = replay.state === 'running' || replay.state === 'paused';
  const title =
    replay.state === 'done'
      ? `Done: ${counted(replay.sent, 'delivery', 'deliveries')} sent again`
      : `${LOOKS[replay.state][2]}: ${count(replay.sent)} of ${count(replay.found)} found so far are sent`;
  return (
    <>
      <Head
        title={title}
        badge={<StateBadge state={replay.state} />}
        crumbs={[['Replays', href(['replays'])], ['Replay']]}
        lead={
          <span class="tiny muted">
            <code>{id}</code> <Copy text={id} what="the replay’s id" />
          </span>
        }
      >
        {may && replay.state === 'running' && (
          <Button
            icon="pause"
            disabled={action.isBusy}
            onClick={() => act('pause', 'The replay is paused.')}
          >
            Pause
          </Button>
        )}
        {may && replay.state === 'paused' && (
          <Button
            kind="primary"
            icon="play"
            disabled={action.isBusy}
            onClick={() => act('resume', 'The replay goes on.')}
          >
            Resume
          </Button>
        )}
        {may && isOpen && (
          <Button icon="slash" onClick={() => setAsked(true)}>
            Cancel…
          </Button>
        )}
      </Head>
      <div class="stack">
        <Stale loaded={loaded} />
        {!isAsked && <FaultNote fault={action.fault} />}
        <Figures
          figures={[
            { name: 'Found', value: count(replay.found) },
            { name: 'Sent', value: count(replay.sent) },
            {
              name: 'Skipped',
              value: count(replay.skipped),
              note: 'Changed before they were sent',
            },
          ]}
        />
        <Card title="Progress" pad>
          <Progress replay={replay} />
        </Card>
        <Card title="Details" pad>
          <Facts
            facts={[
              [
                'Endpoint',
                <a href={href(['endpoints', replay.endpoint])}>
                  <code>{replay.endpoint}</code>
                </a>,
              ],
              [
                'What',
                replay.status === 'failed' ? 'Dead, or waiting after a failure' : replay.status,
              ],
              [
                'Types',
                replay.types.length === 0
                  ? 'All'
                  : replay.types.map((type) => <code key={type}>{type} </code>),
              ],
              replay.subject !== null && ['Subject', <Text>{replay.subject}</Text>],
              ['From', <When at={replay.since} as="full" />],
              ['To', <When at={replay.until} as="full" />],
              ['Begun', <When at={replay.createdAt} as="full" />],
              replay.finishedAt !== null && ['Over', <When at={replay.finishedAt} as="full" />],
              [
                'Deliveries',
                <a href={href(['deliveries'], { endpoint: replay.endpoint })}>Of this endpoint</a>,
              ],
            ]}
          />
        </Card>
      </div>
      {isAsked && (
        <Ask
          title="Cancel this replay?"
          action="Cancel the replay"
          isDangerous
          isBusy={action.isBusy}
          fault={action.fault}
          onClose={() => setAsked(false)}
          onAct={() => act('cancel', 'The replay was cancelled.')}
        >
          <p>What it has sent stays sent. The others keep the state that they have.</p>
        </Ask>
      )}
    </>
  );
}
