// What comes next: the attempts that are left, on the first day and until the deadline, drawn from the policy.
import type { Delivery, Endpoint } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { absolute, DAY_MS, useNow } from '../base/time.ts';
import { LegendKey } from '../charts/frame.tsx';
import { type Moment, Moments } from '../charts/moments.tsx';
import { isSuccess } from '../parts/badge.tsx';
import { Card } from '../parts/layout.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { type Coming, type ComingGroup, groupsOf } from './coming.ts';

interface NextProps {
  readonly delivery: Delivery;
  readonly endpoint: Endpoint;
  readonly coming: Coming;
}

export function Next({ delivery, endpoint, coming }: NextProps) {
  const now = useNow();
  const from = Date.parse(delivery.acceptedAt);
  const deadline = delivery.deadlineAt === null ? undefined : Date.parse(delivery.deadlineAt);
  const moments: Moment[] = [
    ...delivery.attempts.map(({ at, outcome }) => ({
      at: Date.parse(at),
      looks: isSuccess(outcome) ? ('ok' as const) : ('bad' as const),
    })),
    ...coming.at.map((at) => ({ at, looks: 'coming' as const })),
  ];
  const end = deadline ?? coming.deadAt ?? now + DAY_MS;
  const groups: (ComingGroup & { readonly isEnd?: boolean })[] = [
    ...groupsOf(coming),
    ...(coming.deadAt === undefined
      ? []
      : [
          {
            words: 'Dead, if none is answered 2xx',
            count: 0,
            from: coming.deadAt,
            to: undefined,
            isEnd: true,
          },
        ]),
  ];
  const policy = typeof endpoint.retryPolicy === 'string' ? endpoint.retryPolicy : 'its own';
  return (
    <Card
      title="What comes next"
      aside={
        <>
          <span class="small muted">
            Policy <code>{policy}</code>
          </span>
          <div class="legend">
            <LegendKey looks="dot">Failed</LegendKey>
            <LegendKey looks="ring">To come</LegendKey>
          </div>
        </>
      }
    >
      <div class="pad stack">
        <div class="cols">
          <div>
            <h3>The first day</h3>
            <Moments
              label={`The first day: ${counted(delivery.attempts.length, 'attempt')} made, ${counted(coming.at.filter((at) => at < from + DAY_MS).length, 'attempt')} to come`}
              span={{ fromMs: from, toMs: from + DAY_MS }}
              moments={moments}
              now={now}
            />
          </div>
          <div>
            <h3>Until the deadline</h3>
            <Moments
              label={`Until the deadline at ${absolute(end)}: ${counted(coming.at.length, 'attempt')} to come`}
              span={{ fromMs: from, toMs: end + DAY_MS / 2 }}
              moments={moments}
              now={now}
              deadline={end}
            />
          </div>
        </div>
      </div>
      <Table
        label="Coming attempts"
        rows={groups}
        keyOf={({ from: at, words }) => `${words}${at}`}
        columns={[
          { head: 'When', cell: ({ words, isEnd }) => (isEnd ? words : <b>{words}</b>) },
          { head: 'Attempts', looks: 'num', cell: ({ count, isEnd }) => !isEnd && count },
          { head: 'From', cell: ({ from: at }) => <When at={at} as="both" /> },
          { head: 'To', cell: ({ to }) => to !== undefined && <When at={to} as="both" /> },
        ]}
      />
    </Card>
  );
}
