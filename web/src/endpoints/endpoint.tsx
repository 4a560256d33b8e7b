// One endpoint: why, and how do I fix it?
import type { FunctionComponent } from 'preact';
import { path } from '../base/api.ts';
import { useLoad } from '../base/loading.ts';
import type { Delivery, Endpoint as Model, Page } from '../base/models.ts';
import { count, duration, percent } from '../base/numbers.ts';
import { href, setQuery, useRoute } from '../base/router.ts';
import { useNow } from '../base/time.ts';
import { Band } from '../charts/band.tsx';
import { Bars } from '../charts/bars.tsx';
import { LegendKey } from '../charts/frame.tsx';
import { HealthStrip } from '../charts/health-strip.tsx';
import { deliveryColumns } from '../deliveries/columns.tsx';
import { bandOf, barsOf, readAttempts, readLatency } from '../figures/reading.ts';
import { WINDOWS, windowIn, windowOf } from '../figures/window.ts';
import { nameOf, targetOf } from '../lookups/endpoints.ts';
import { EndpointBadge } from '../parts/badge.tsx';
import { Copy } from '../parts/copy.tsx';
import { Segments } from '../parts/field.tsx';
import { Card, Head, Note, Text } from '../parts/layout.tsx';
import { NotRead } from '../parts/not-read.tsx';
import { Empty, Shown, Stale } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { Actions } from './actions.tsx';
import { Advice } from './advice.tsx';
import { causesOf, healthWords } from './health.ts';
import { Secret } from './secret.tsx';
import { Settings } from './settings-card.tsx';

const EVERY_MS = 5000;
const CHARTS_EVERY_MS = 30_000;

interface Read {
  readonly endpoint: Model;
  readonly etag: string | null;
}

/** What a part of the screen shows and changes. */
export interface EndpointPartProps {
  readonly endpoint: Model;
  readonly etag: string | null;
  readonly onChange: () => void;
}

interface EndpointProps {
  readonly id: string;
  /** Below the settings; the portal has none. */
  readonly more?: FunctionComponent<EndpointPartProps>;
}

export function Endpoint({ id, more: More }: EndpointProps) {
  const loaded = useLoad<Read>(
    `endpoint ${id}`,
    async (api, signal) => {
      const { value, etag } = await api.request<Model>(path`/v1/endpoints/${id}`, { signal });
      return { endpoint: value, etag };
    },
    EVERY_MS,
  );
  if (loaded.value === undefined)
    return <NotRead title="Endpoint" list="Endpoints" id={id} loaded={loaded} />;
  const { endpoint, etag } = loaded.value;
  const name = nameOf(endpoint);
  return (
    <>
      <Head
        title={name}
        shown={<Text>{name}</Text>}
        badge={<EndpointBadge endpoint={endpoint} />}
        crumbs={[['Endpoints', href(['endpoints'])], [name]]}
        lead={
          <>
            <code>{targetOf(endpoint)}</code>
            <br />
            <span class="tiny muted">
              <code>{endpoint.id}</code> <Copy text={endpoint.id} what="the endpoint’s id" />
            </span>
          </>
        }
      >
        <Actions endpoint={endpoint} etag={etag} onChange={loaded.reload} />
      </Head>
      <div class="stack">
        <Stale loaded={loaded} />
        {endpoint.warnings.map(({ path: where, message }) => (
          <Note key={where + message} tone="warn">
            <p>
              <code>{where}</code> {message}
            </p>
          </Note>
        ))}
        <div class="cols lead">
          <Health endpoint={endpoint} />
          <Advice endpoint={endpoint} etag={etag} onChange={loaded.reload} />
        </div>
        <Charts endpoint={endpoint} />
        <div class="cols lead">
          <Settings endpoint={endpoint} etag={etag} onChange={loaded.reload} />
          <Secret endpoint={endpoint} onChange={loaded.reload} />
        </div>
        {More && <More endpoint={endpoint} etag={etag} onChange={loaded.reload} />}
        <Latest id={id} />
      </div>
    </>
  );
}

function Health({ endpoint }: { readonly endpoint: Model }) {
  const now = useNow();
  const { title, text } = healthWords(endpoint, now);
  const causes = causesOf(endpoint);
  return (
    <Card title={title}>
      <div class="pad stack">
        <p>{text}</p>
        <HealthStrip endpoint={endpoint} now={now} causes={causes} />
      </div>
      <ol class="items">
        {causes.map(({ at, words }, nth) => (
          <li key={words} class="row between">
            <span>
              <b>{nth + 1}</b> {words}
            </span>
            <When at={at} as="both" />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Charts({ endpoint }: { readonly endpoint: Model }) {
  const { query } = useRoute();
  const name = windowIn(query);
  const window = windowOf(name);
  const filter = { endpoint: endpoint.id };
  const key = `${endpoint.id} ${name}`;
  const attempts = useLoad(
    `attempts ${key}`,
    (api, signal) => readAttempts(api, windowOf(name), filter, signal),
    CHARTS_EVERY_MS,
  );
  const latency = useLoad(
    `latency ${key}`,
    (api, signal) => readLatency(api, windowOf(name), filter, signal),
    CHARTS_EVERY_MS,
  );
  const bars = attempts.value ? barsOf(attempts.value) : [];
  const ok = bars.reduce((sum, bar) => sum + bar.ok, 0);
  const bad = bars.reduce((sum, bar) => sum + bar.bad, 0);
  const p95 = latency.value?.data.findLast((point) => point.p95Ms !== null)?.p95Ms;
  return (
    <>
      <div class="row">
        <h2>In numbers</h2>
        <Segments
          label="Window"
          value={name}
          options={WINDOWS}
          onChange={(one) => setQuery({ window: one })}
        />
        {attempts.value?.live === 'sampled' && (
          <span class="small muted">The newest hours are sampled.</span>
        )}
      </div>
      <div class="cols">
        <Card
          title="Attempts"
          aside={
            <>
              <div class="legend">
                <LegendKey looks="f-ok">{`2xx ${count(ok)}`}</LegendKey>
                <LegendKey looks="hatch">{`Failed ${count(bad)}`}</LegendKey>
              </div>
              {ok + bad > 0 && (
                <span class="small muted end">{`${percent(bad / (ok + bad))} failed`}</span>
              )}
            </>
          }
          pad
        >
          <Shown loaded={attempts} label="attempts" rows={6}>
            {() =>
              ok + bad === 0 ? (
                <Empty icon="chart" title="No attempts in this window" />
              ) : (
                <Bars label="Attempts" bars={bars} span={window.span} stepMs={window.stepMs} />
              )
            }
          </Shown>
        </Card>
        <Card
          title="Response time"
          aside={
            <>
              <div class="legend">
                <LegendKey looks="l-accent">p95</LegendKey>
                <LegendKey looks="f-soft">p50 to p95</LegendKey>
                <LegendKey looks="l-bad">Timeout</LegendKey>
              </div>
              {p95 && <span class="small muted end">{`p95 ${duration(p95)}`}</span>}
            </>
          }
          pad
        >
          <Shown loaded={latency} label="response times" rows={6}>
            {(value) =>
              p95 ? (
                <Band
                  label={`Response time: p95 last ${duration(p95)}; the time limit is ${duration(endpoint.timeoutMs)}`}
                  points={bandOf(value)}
                  span={window.span}
                  stepMs={window.stepMs}
                  limitMs={endpoint.timeoutMs}
                />
              ) : (
                <Empty icon="chart" title="Too few attempts">
                  Percentiles need 20 attempts in an hour.
                </Empty>
              )
            }
          </Shown>
        </Card>
      </div>
    </>
  );
}

function Latest({ id }: { readonly id: string }) {
  const latest = useLoad(
    `latest ${id}`,
    (api, signal) =>
      api.get<Page<Delivery>>(path`/v1/deliveries`, { endpoint: id, limit: 10 }, signal),
    EVERY_MS,
  );
  return (
    <Card
      title="Latest deliveries"
      actions={
        <>
          <a class="small" href={href(['events'], { endpoint: id })}>
            Events
          </a>
          <a class="small" href={href(['deliveries'], { endpoint: id })}>
            All deliveries
          </a>
        </>
      }
    >
      <Shown loaded={latest} label="deliveries">
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon="send" title="Nothing was sent yet" />
          ) : (
            <Table
              label="Latest deliveries"
              rows={data}
              keyOf={(one) => one.id}
              columns={deliveryColumns(undefined)}
            />
          )
        }
      </Shown>
    </Card>
  );
}
