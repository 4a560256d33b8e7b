// Is it getting worse? Do retries help?

import type { ComponentChildren } from 'preact';
import { type Api, path } from '../base/api.ts';
import { asFault } from '../base/faults.ts';
import { useApi, useLoad, useScope } from '../base/loading.ts';
import type { Attempts, Deliveries, Latency, Retries } from '../base/models.ts';
import { compact, duration, percent } from '../base/numbers.ts';
import { setQuery, useRoute } from '../base/router.ts';
import { absolute } from '../base/time.ts';
import { Band } from '../charts/band.tsx';
import { Bars } from '../charts/bars.tsx';
import { LegendKey } from '../charts/frame.tsx';
import { Heat } from '../charts/heat.tsx';
import { bandOf, barsOf, query as queryOf, readAttempts, readLatency } from '../figures/reading.ts';
import { WINDOWS, type WindowName, windowIn, windowOf } from '../figures/window.ts';
import { EndpointChoice } from '../lookups/endpoint-parts.tsx';
import { useEndpoints } from '../lookups/endpoints.ts';
import { outcomeWords } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Segments } from '../parts/field.tsx';
import { Card, Figures, Head } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { say } from '../parts/toasts.tsx';
import { Groups } from './groups.tsx';
import { RetriesCard } from './retries-card.tsx';

const EVERY_MS = 60_000;

export function Analytics() {
  const { tenant, environment } = useScope();
  const { query } = useRoute();
  const api = useApi();
  const name = windowIn(query);
  const filter = { endpoint: query.get('endpoint') ?? undefined };
  const window = windowOf(name);
  const key = `${name} ${filter.endpoint ?? ''}`;
  const endpoints = useEndpoints();
  const attempts = useLoad(
    `a ${key}`,
    (one, signal) => readAttempts(one, windowOf(name), filter, signal),
    EVERY_MS,
  );
  const latency = useLoad(
    `l ${key}`,
    (one, signal) => readLatency(one, windowOf(name), filter, signal),
    EVERY_MS,
  );
  const retries = useLoad(
    `r ${key}`,
    (one, signal) =>
      one.get<Retries>(path`/v1/analytics/retries`, queryOf(windowOf(name), filter), signal),
    EVERY_MS,
  );
  const deliveries = useLoad(
    `d ${key}`,
    (one, signal) =>
      one.get<Deliveries>(path`/v1/analytics/deliveries`, queryOf(windowOf(name), filter), signal),
    EVERY_MS,
  );
  const outcomes = useLoad(
    `o ${key}`,
    (one, signal) => readAttempts(one, windowOf(name), { ...filter, by: 'outcome' }, signal),
    EVERY_MS,
  );
  const types = useLoad(
    `t ${key}`,
    (one, signal) => readAttempts(one, windowOf(name), { ...filter, by: 'type' }, signal),
    EVERY_MS,
  );
  return (
    <>
      <Head
        title="Analytics"
        lead={
          <>
            {environment === 'live' ? 'Live' : 'Test'}, {tenant ?? 'all tenants'}.{' '}
            {absolute(window.span.fromMs)} to {absolute(window.span.toMs)}.
            {attempts.value?.live === 'sampled' && ' The newest hours are sampled.'}
            {attempts.value?.asOf && ` Counted up to ${absolute(attempts.value.asOf)}.`}
          </>
        }
      >
        <Csv api={api} name={name} filter={filter} />
        <Button icon="print" onClick={() => globalThis.print()}>
          Print report
        </Button>
      </Head>
      <div class="stack">
        <form
          class="filters"
          aria-label="Window and filters"
          onSubmit={(event) => event.preventDefault()}
        >
          <Segments
            label="Window"
            value={name}
            options={WINDOWS}
            onChange={(one) => setQuery({ window: one })}
          />
          {tenant !== undefined && (
            <EndpointChoice
              endpoints={endpoints.value}
              value={filter.endpoint}
              any="All endpoints"
              onChange={(endpoint) => setQuery({ endpoint })}
            />
          )}
        </form>
        <Totals attempts={attempts.value} deliveries={deliveries.value} latency={latency.value} />
        <div class="cols">
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
            <Shown loaded={attempts} label="attempts" rows={6}>
              {(value) => (
                <Bars
                  label="Attempts"
                  bars={barsOf(value)}
                  span={window.span}
                  stepMs={window.stepMs}
                />
              )}
            </Shown>
          </Card>
          <Card
            title="Response time"
            aside={
              <div class="legend">
                <LegendKey looks="l-accent">p95</LegendKey>
                <LegendKey looks="f-soft">p50 to p95</LegendKey>
              </div>
            }
            pad
          >
            <Shown loaded={latency} label="response times" rows={6}>
              {(value) => (
                <NeedsPercentiles of={value}>
                  <Band
                    label="Response time, p50 to p95"
                    points={bandOf(value)}
                    span={window.span}
                    stepMs={window.stepMs}
                  />
                </NeedsPercentiles>
              )}
            </Shown>
          </Card>
        </div>
        <Card
          title="How long answers take"
          aside={
            <>
              <span class="small muted">Each column adds up to 100%</span>
              <div class="legend">
                <LegendKey looks="h1">under 1%</LegendKey>
                <LegendKey looks="h2">3%</LegendKey>
                <LegendKey looks="h3">12%</LegendKey>
                <LegendKey looks="h4">30%</LegendKey>
                <LegendKey looks="h5">more</LegendKey>
              </div>
            </>
          }
          pad
        >
          <Shown loaded={latency} label="response times" rows={6}>
            {({ data }) => (
              <Heat
                columns={data.map(({ at, buckets }) => ({ at: Date.parse(at), buckets }))}
                span={window.span}
                stepMs={window.stepMs}
              />
            )}
          </Shown>
        </Card>
        <RetriesCard retries={retries} />
        <div class="cols">
          <Groups
            title="What went wrong"
            head="Outcome"
            loaded={outcomes}
            only={(group) => !group.startsWith('http_2')}
            words={outcomeWords}
          />
          <Groups title="By event type" head="Type" loaded={types} />
        </div>
      </div>
    </>
  );
}

function NeedsPercentiles({
  of,
  children,
}: {
  readonly of: Latency;
  readonly children: ComponentChildren;
}) {
  if (of.data.some(({ p95Ms }) => p95Ms !== null)) return <>{children}</>;
  return (
    <Empty icon="chart" title="Too few attempts">
      Percentiles need 20 attempts in an hour.
    </Empty>
  );
}

interface TotalsProps {
  readonly attempts: Attempts | undefined;
  readonly deliveries: Deliveries | undefined;
  readonly latency: Latency | undefined;
}

function Totals({ attempts, deliveries, latency }: TotalsProps) {
  const sum = <T,>(rows: readonly T[] | undefined, of: (row: T) => number) =>
    (rows ?? []).reduce((all, row) => all + of(row), 0);
  const made = sum(attempts?.data, (point) => point.count);
  const ok = sum(attempts?.data, (point) => point.success);
  const delivered = sum(deliveries?.data, (point) => point.delivered);
  const dead = sum(deliveries?.data, (point) => point.dead);
  const answered = sum(latency?.data, (point) => point.count);
  const average =
    answered === 0
      ? null
      : sum(latency?.data, (point) => (point.avgMs ?? 0) * point.count) / answered;
  const worst = Math.max(0, ...(latency?.data ?? []).map(({ p95Ms }) => p95Ms ?? 0));
  return (
    <Figures
      figures={[
        { name: 'Attempts', value: compact(made) },
        { name: 'Answered 2xx', value: percent(made === 0 ? null : ok / made) },
        { name: 'Average response', value: average === null ? 'none' : duration(average) },
        {
          name: 'Highest p95',
          value: worst === 0 ? 'none' : duration(worst),
          note: worst === 0 ? 'Needs 20 attempts an hour' : 'Of one hour or day',
        },
        {
          name: 'Delivered',
          value: compact(delivered),
          note:
            delivered + dead > 0
              ? `${percent(delivered / (delivered + dead))} of those that ended`
              : undefined,
        },
        { name: 'Dead', value: compact(dead) },
      ]}
    />
  );
}

function Csv({
  api,
  name,
  filter,
}: {
  readonly api: Api;
  readonly name: WindowName;
  readonly filter: { endpoint?: string | undefined };
}) {
  const save = async () => {
    try {
      const { text } = await api.request(path`/v1/analytics/attempts`, {
        query: queryOf(windowOf(name), filter),
        accept: 'text/csv',
      });
      const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = `attempts-${name}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 1000);
    } catch (error) {
      say(asFault(error).message);
    }
  };
  return (
    <Button icon="save" onClick={save}>
      CSV
    </Button>
  );
}
