// What goes on inside: how much the queues hold, and what Posthorn itself could not process.
import { path } from '../base/api.ts';
import { useApi, useLoad } from '../base/loading.ts';
import type { QueueDepth } from '../base/models.ts';
import { count } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { Badge } from '../parts/badge.tsx';
import { Card } from '../parts/layout.tsx';
import { Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { useWho } from '../session/who.ts';

const EVERY_MS = 30_000;

const PURPOSES: Record<QueueDepth['queue'], string> = {
  events: 'Accepted, to be fanned out',
  deliveries: 'First attempts',
  slow: 'First attempts at slow endpoints',
  retries: 'Retries due within 15 minutes',
  wakes: 'Later work that is due',
};

export function Inside() {
  return useWho().isOperator ? <Queues /> : null;
}

function Queues() {
  const api = useApi({ tenant: undefined, environment: 'live' });
  const queues = useLoad(
    'queues',
    (_, signal) => api.get<{ data: QueueDepth[] }>(path`/v1/queues`, {}, signal),
    EVERY_MS,
  );
  return (
    <Card
      title="Queues"
      aside={<span class="small muted">Of the whole stack, as SQS counts it, a minute late</span>}
      footer="How old the oldest message is, what the stack costs, and all alarms but that of dead letters, only CloudWatch knows: they are on its dashboard, and each alarm has a page in the runbook."
    >
      <Shown loaded={queues} label="queues" rows={3}>
        {({ data }) => (
          <Table
            label="Queues"
            rows={data}
            keyOf={({ queue }) => queue}
            columns={[
              {
                head: 'Queue',
                cell: ({ queue }) => (
                  <>
                    <b class="mono">{queue}</b>
                    <small>{PURPOSES[queue]}</small>
                  </>
                ),
              },
              { head: 'Ready', looks: 'num', cell: ({ ready }) => count(ready) },
              { head: 'In flight', looks: 'num', cell: ({ inFlight }) => count(inFlight) },
              { head: 'Delayed', looks: 'num', cell: ({ delayed }) => count(delayed) },
              {
                head: 'Dead letters',
                cell: ({ deadLetters }) =>
                  deadLetters === 0 ? (
                    <Badge tone="ok" icon="check">
                      None
                    </Badge>
                  ) : (
                    <a href={href(['queues'])}>
                      <Badge tone="bad" icon="warn">
                        {count(deadLetters)}
                      </Badge>
                    </a>
                  ),
              },
            ]}
          />
        )}
      </Shown>
    </Card>
  );
}
