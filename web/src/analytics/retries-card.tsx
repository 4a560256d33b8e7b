// Do retries help? What each attempt delivers.
import type { Loaded } from '../base/loading.ts';
import type { Retries } from '../base/models.ts';
import { count, percent } from '../base/numbers.ts';
import { Card } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

/** Of those that the first attempt did not deliver, how many the later ones did. */
function recoveredWords(data: Retries['data']): string {
  const [first, ...later] = data;
  const delivered = later.reduce((sum, one) => sum + one.successes, 0);
  if (first === undefined || first.attempts === first.successes) return 'Nothing failed at first';
  const failed = first.attempts - first.successes;
  return `${count(failed)} failed at first; ${count(delivered)} were delivered by a later attempt`;
}

export function RetriesCard({ retries }: { readonly retries: Loaded<Retries> }) {
  return (
    <Card
      title="Do retries help?"
      aside={retries.value && <span class="small muted">{recoveredWords(retries.value.data)}</span>}
    >
      <Shown loaded={retries} label="retries" rows={4}>
        {({ data }) =>
          data.every(({ attempts }) => attempts === 0) ? (
            <Empty icon="chart" title="No attempts in this window" />
          ) : (
            <Table
              label="How much each attempt delivers"
              rows={data.filter(({ attempts }) => attempts > 0)}
              keyOf={({ attempt }) => attempt}
              columns={[
                { head: 'Attempt', cell: ({ attempt }) => <b>{attempt}</b> },
                { head: 'Tried', looks: 'num', cell: ({ attempts }) => count(attempts) },
                { head: 'Delivered', looks: 'num', cell: ({ successes }) => count(successes) },
                {
                  head: 'Share delivered',
                  quietHead: true,
                  looks: 'wide full',
                  cell: ({ attempts, successes, attempt }) => (
                    <svg
                      class="bar"
                      role="img"
                      aria-label={`Attempt ${attempt} delivers ${percent(successes / attempts)}`}
                    >
                      <rect class="f-line" width="100%" y="3" height="10" />
                      <rect
                        class="f-accent"
                        width={`${(successes / attempts) * 100}%`}
                        y="3"
                        height="10"
                      />
                    </svg>
                  ),
                },
                {
                  head: 'Part',
                  looks: 'num',
                  cell: ({ attempts, successes }) => percent(successes / attempts),
                },
                {
                  head: 'Of all delivered',
                  looks: 'num',
                  cell: ({ deliveredShare }) =>
                    deliveredShare === null ? '' : percent(deliveredShare),
                },
              ]}
            />
          )
        }
      </Shown>
    </Card>
  );
}
