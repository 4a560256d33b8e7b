// Attempts by what they have in common: outcomes, event types.
import type { Loaded } from '../base/loading.ts';
import type { Attempts } from '../base/models.ts';
import { count, percent } from '../base/numbers.ts';
import { Dotted } from '../parts/dotted.tsx';
import { Card } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

interface GroupsProps {
  readonly title: string;
  readonly head: string;
  readonly loaded: Loaded<Attempts>;
  readonly only?: (group: string) => boolean;
  readonly words?: (group: string) => string;
}

export function Groups({ title, head, loaded, only, words }: GroupsProps) {
  return (
    <Card title={title}>
      <Shown loaded={loaded} label={title} rows={4}>
        {({ data }) => {
          const groups = [...Map.groupBy(data, ({ group }) => group ?? '')]
            .map(([group, points]) => ({
              group,
              n: points.reduce((sum, point) => sum + point.count, 0),
            }))
            .filter(({ group, n }) => n > 0 && (only?.(group) ?? true))
            .toSorted((one, other) => other.n - one.n);
          const all = groups.reduce((sum, { n }) => sum + n, 0);
          if (groups.length === 0) return <Empty icon="check" title="Nothing in this window" />;
          return (
            <Table
              label={title}
              rows={groups.slice(0, 15)}
              keyOf={({ group }) => group}
              columns={[
                {
                  head,
                  cell: ({ group }) => (
                    <>
                      {words ? words(group) : <Dotted name={group} />}
                      {words && <small class="mono">{group}</small>}
                    </>
                  ),
                },
                {
                  head: 'Share',
                  quietHead: true,
                  looks: 'wide full',
                  cell: ({ group, n }) => (
                    <svg class="bar" role="img" aria-label={`${group}: ${percent(n / all)}`}>
                      <rect class="f-line" width="100%" y="3" height="10" />
                      <rect class="f-accent" width={`${(n / all) * 100}%`} y="3" height="10" />
                    </svg>
                  ),
                },
                { head: 'Attempts', looks: 'num', cell: ({ n }) => count(n) },
                { head: 'Part', looks: 'num', cell: ({ n }) => percent(n / all) },
              ]}
            />
          );
        }}
      </Shown>
    </Card>
  );
}
