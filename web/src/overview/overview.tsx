// Is it up, and who hurts?
import { path } from '../base/api.ts';
import { useLoad, useScope } from '../base/loading.ts';
import type { Summary } from '../base/models.ts';
import { compact, count, counted, duration, percent } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import { Bars } from '../charts/bars.tsx';
import { LegendKey } from '../charts/frame.tsx';
import { outcomeWords } from '../parts/badge.tsx';
import { Card, type Figure, Figures, Head, Note } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { Attention, Own } from './attention.tsx';
import { Inside } from './inside.tsx';
import { endpointsOf, isIll } from './known.ts';

const EVERY_MS = 15_000;

/** The sentence that says whether all is well. Of the whole stack only the last hour's leaders are looked at. */
function titleOf(
  n: number,
  hasOwn: boolean,
  isCounted: boolean,
  summary: Summary | undefined,
): string {
  const isBusy = (summary?.now.attempts ?? 0) > 0;
  const first = isBusy ? 'Events are being delivered. ' : '';
  if (n > 0) return `${first}${counted(n, 'endpoint')} ${n === 1 ? 'needs' : 'need'} attention.`;
  if (!hasOwn) return `${first}No endpoint stood out in the last hour.`;
  if (isBusy) return 'All is well: events are being delivered.';
  return `All is well. ${isCounted ? 'Nothing was sent in the last 24 hours.' : 'Nothing is counted yet.'}`;
}

export function Overview() {
  const { tenant, environment } = useScope();
  const hasOwn = IS_PORTAL || tenant !== undefined;
  const summary = useLoad(
    'summary',
    (api, signal) => api.get<Summary>(path`/v1/analytics/summary`, {}, signal),
    EVERY_MS,
  );
  const leaders = (summary.value?.endpoints ?? []).map(({ endpoint }) => endpoint).join();
  const known = useLoad(
    `endpoints ${hasOwn ? '' : leaders}`,
    (api, signal) => endpointsOf(api, summary.value, hasOwn, signal),
    EVERY_MS,
  );
  const n = known.value?.filter(isIll).length ?? 0;
  const value = summary.value;
  const isCounted = value === undefined || value.asOf !== null || value.now.attempts > 0;
  const title = known.value === undefined ? 'Overview' : titleOf(n, hasOwn, isCounted, value);
  return (
    <>
      <Head
        title={title}
        lead={
          <>
            {IS_PORTAL
              ? 'The last 24 hours.'
              : `${environment === 'live' ? 'Live' : 'Test'}, ${tenant ?? 'all tenants'}, the last 24 hours.`}{' '}
            {summary.value && (
              <>
                Read <When at={summary.at} />
                {value?.asOf && (
                  <>
                    , counted up to <When at={value.asOf} as="brief" />
                  </>
                )}
                .
              </>
            )}
          </>
        }
      />
      <div class="stack">
        {!isCounted ? (
          <Note tone="info" icon="clock">
            <p>
              <b>Nothing is counted yet.</b> Attempts are counted every few minutes; lists,
              endpoints and deliveries are up to date.
            </p>
          </Note>
        ) : summary.value ? (
          <Figures figures={figuresOf(summary.value)} />
        ) : (
          <Card>
            <Shown loaded={summary} label="figures" rows={2}>
              {() => null}
            </Shown>
          </Card>
        )}
        <Card
          title="Needs attention"
          aside={
            <a class="small end" href={href(['issues'])}>
              Issues
            </a>
          }
        >
          <Shown loaded={known} label="endpoints that need attention" rows={3}>
            {(all) => <Attention some={all.filter(isIll)} />}
          </Shown>
        </Card>
        {IS_PORTAL && <Own known={known} />}
        {isCounted && (
          <div class="cols lead">
            <AttemptsCard summary={summary.value} />
            <Outcomes summary={summary.value} />
          </div>
        )}
        {!IS_PORTAL && <Inside />}
      </div>
    </>
  );
}

function than(
  now: number | null,
  before: number | null,
  words: (n: number) => string,
): string | undefined {
  if (now === null || before === null || before === 0) return undefined;
  return `${words(before)} the day before`;
}

function figuresOf({ now, before }: Summary): Figure[] {
  return [
    {
      name: 'Attempts',
      value: compact(now.attempts),
      note: than(now.attempts, before.attempts, compact),
    },
    {
      name: 'Answered 2xx',
      value: percent(now.attempts > 0 ? now.success / now.attempts : null),
      note:
        before.attempts > 0
          ? `${percent(before.success / before.attempts)} the day before`
          : undefined,
    },
    {
      name: 'p95 response',
      value: now.p95Ms === null ? 'none' : duration(now.p95Ms),
      note: now.p95Ms === null ? 'Needs 20 attempts' : than(now.p95Ms, before.p95Ms, duration),
    },
    {
      name: 'Delivered',
      value: compact(now.delivered),
      note: than(now.delivered, before.delivered, compact),
    },
    {
      name: 'Dead',
      value: compact(now.dead),
      note: before.delivered > 0 ? `${count(before.dead)} the day before` : undefined,
    },
    { name: 'Cancelled', value: compact(now.cancelled) },
  ];
}

function AttemptsCard({ summary }: { readonly summary: Summary | undefined }) {
  const toMs = Math.ceil((Date.now() + 1) / HOUR_MS) * HOUR_MS;
  const bars = (summary?.hours ?? []).map(({ at, count: all, success }) => ({
    at: Date.parse(at),
    ok: success,
    bad: all - success,
  }));
  return (
    <Card
      title="Attempts"
      aside={
        <div class="legend">
          <LegendKey looks="f-ok">2xx</LegendKey>
          <LegendKey looks="hatch">Failed</LegendKey>
        </div>
      }
      pad
    >
      <Bars
        label="Attempts of the last 24 hours by hour"
        bars={bars}
        span={{ fromMs: toMs - DAY_MS, toMs }}
        stepMs={HOUR_MS}
      />
    </Card>
  );
}

function Outcomes({ summary }: { readonly summary: Summary | undefined }) {
  const failed = Object.entries(summary?.now.outcomes ?? {})
    .filter(([outcome]) => !outcome.startsWith('http_2'))
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, 8);
  return (
    <Card title="What went wrong" footer={<a href={href(['analytics'])}>Analytics</a>}>
      {failed.length === 0 ? (
        <Empty icon="check" title="Nothing" />
      ) : (
        <Table
          label="Failed attempts by outcome"
          looks="tight"
          rows={failed}
          keyOf={([outcome]) => outcome}
          columns={[
            {
              head: 'Outcome',
              cell: ([outcome]) => (
                <>
                  {outcomeWords(outcome)}
                  <small class="mono">{outcome}</small>
                </>
              ),
            },
            { head: 'Attempts', looks: 'num', cell: ([, n]) => count(n) },
          ]}
        />
      )}
    </Card>
  );
}
