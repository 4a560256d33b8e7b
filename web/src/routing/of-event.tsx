// What the routing rules made of an event, and what those of now would make of it.
import { path } from '../base/api.ts';
import { useLoad } from '../base/loading.ts';
import type { EventWithDeliveries, RoutingRule } from '../base/models.ts';
import { href } from '../base/router.ts';
import { Card, Facts } from '../parts/layout.tsx';
import { Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { type KeptRules, readRoutingRules } from './kept.ts';
import { Channels, type Routed, type RuleVerdict, Verdict } from './verdict.tsx';

interface Explained {
  readonly rule: RoutingRule;
  readonly verdict: RuleVerdict | undefined;
  readonly n: number;
}

export function EventRouting({ event }: { readonly event: EventWithDeliveries }) {
  const { id, routing, redactedAt } = event;
  const loaded = useLoad<Explained[]>(
    `routing of ${id} ${redactedAt ?? ''}`,
    async (api, signal) => {
      const { rules }: KeptRules = await readRoutingRules(api, signal);
      if (rules.length === 0) return [];
      // Without its data nothing can be said about the rules of now.
      const tested =
        redactedAt === null
          ? await api.post<Routed>(path`/v1/filters/test`, { rules, event: id })
          : {};
      return rules.map((rule, at) => ({ rule, n: at + 1, verdict: tested.routing?.rules[at] }));
    },
  );
  if (routing === null && (loaded.value?.length ?? 0) === 0) return null;
  return (
    <Card
      title="Routing"
      aside={
        <span class="small muted">
          {routing === null
            ? 'No rule matched when it was accepted'
            : `When it was accepted, ${rulesWords(routing.rules)}`}
        </span>
      }
      actions={
        <a class="small" href={href(['routing-rules'], { event: id })}>
          Routing rules
        </a>
      }
    >
      <div class="pad">
        <Facts
          facts={[
            ['Posted with', <Channels of={event.channels} />],
            ['Routed to', <Channels of={(routing ?? event).channels} />],
          ]}
        />
      </div>
      <Shown loaded={loaded} label="routing rules" rows={2}>
        {(rows) =>
          rows.length > 0 && (
            <Table
              label="The rules of now"
              rows={rows}
              keyOf={({ n }) => String(n)}
              columns={[
                { head: 'Rule of now', cell: ({ n }) => <b>{n}</b> },
                {
                  head: 'When',
                  looks: 'full',
                  cell: ({ rule }) => <code>{JSON.stringify(rule.when)}</code>,
                },
                { head: 'Sets', cell: ({ rule }) => <Channels of={rule.set.channels} /> },
                {
                  head: 'With this event',
                  looks: 'full',
                  cell: ({ verdict }) => verdict && <Verdict of={verdict} />,
                },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  );
}

const rulesWords = (indices: readonly number[]): string => {
  const numbers = indices.map((index) => index + 1).join(', ');
  return indices.length === 1 ? `rule ${numbers} matched` : `rules ${numbers} matched`;
};
