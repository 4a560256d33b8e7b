// Live tail: attempts as they are made, newest first, until somebody pauses it.
import { useEffect, useRef, useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { asFault, type Fault } from '../base/faults.ts';
import { useApi, useScope } from '../base/loading.ts';
import type { Attempt, Delivery, Page } from '../base/models.ts';
import { count, counted, duration } from '../base/numbers.ts';
import { href } from '../base/router.ts';
import { absolute, clock } from '../base/time.ts';
import { nameOf, useEndpoints } from '../lookups/endpoints.ts';
import { isSuccess, Outcome } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dotted } from '../parts/dotted.tsx';
import { Check } from '../parts/field.tsx';
import { Card, Head, None, Text } from '../parts/layout.tsx';
import { Empty, FaultNote } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';

const EVERY_MS = 2000;
const KEPT = 200;
/** Of the newest deliveries; retries of older ones are on their own pages. */
const READ = 100;

interface Line {
  readonly id: string;
  readonly delivery: Delivery;
  readonly attempt: Attempt;
}

export function Tail() {
  const api = useApi();
  const { tenant } = useScope();
  const endpoints = useEndpoints();
  const [isPaused, setPaused] = useState(false);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [fault, setFault] = useState<Fault>();
  const seen = useRef(new Set<string>());
  useEffect(() => {
    if (isPaused || tenant === undefined) return;
    const ended = new AbortController();
    const look = async () => {
      try {
        const { data } = await api.get<Page<Delivery>>(
          path`/v1/deliveries`,
          { limit: READ },
          ended.signal,
        );
        const made = data
          .flatMap((delivery) =>
            delivery.attempts.map((attempt) => ({
              id: `${delivery.id} ${attempt.number}`,
              delivery,
              attempt,
            })),
          )
          .filter(({ id }) => !seen.current.has(id))
          .toSorted((one, other) => (one.attempt.at < other.attempt.at ? 1 : -1));
        for (const { id } of made) seen.current.add(id);
        setFault(undefined);
        if (made.length > 0) setLines((before) => [...made, ...before].slice(0, KEPT));
      } catch (error) {
        if (!ended.signal.aborted) setFault(asFault(error));
      }
    };
    void look();
    const timer = setInterval(() => document.hidden || void look(), EVERY_MS);
    return () => {
      ended.abort();
      clearInterval(timer);
    };
  }, [api, isPaused, tenant]);
  const shown = onlyFailed ? lines.filter(({ attempt }) => !isSuccess(attempt.outcome)) : lines;
  return (
    <>
      <Head
        title="Live tail"
        lead={
          isPaused
            ? 'Paused: nothing is read.'
            : `Attempts of the newest ${READ} deliveries, every ${EVERY_MS / 1000} s.`
        }
      >
        <Check checked={onlyFailed} onChange={setOnlyFailed}>
          Only what failed
        </Check>
        <Button icon={isPaused ? 'play' : 'pause'} onClick={() => setPaused(!isPaused)}>
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
        <Button kind="quiet" onClick={() => setLines([])}>
          Clear
        </Button>
      </Head>
      <FaultNote fault={fault} />
      <Card label="Attempts" footer={`${counted(shown.length, 'attempt')} shown, at most ${KEPT}`}>
        {shown.length === 0 ? (
          <Empty icon="pulse" title="Nothing yet">
            Attempts appear here as they are made.
          </Empty>
        ) : (
          <Table
            label="Attempts, newest first"
            rows={shown}
            keyOf={({ id }) => id}
            columns={[
              {
                head: 'At',
                looks: 'nowrap',
                cell: ({ attempt }) => (
                  <time dateTime={attempt.at} title={absolute(attempt.at, true)}>
                    {clock(attempt.at)}
                  </time>
                ),
              },
              {
                head: 'Event',
                cell: ({ delivery }) => (
                  <a href={href(['deliveries', delivery.id])}>
                    <Dotted name={delivery.type} />
                  </a>
                ),
              },
              {
                head: 'Endpoint',
                cell: ({ delivery }) => {
                  const known = endpoints.value?.get(delivery.endpoint);
                  return known ? <Text>{nameOf(known)}</Text> : <code>{delivery.endpoint}</code>;
                },
              },
              {
                head: 'Subject',
                looks: 'lo',
                cell: ({ delivery }) =>
                  delivery.subject === null ? <None /> : <Text>{delivery.subject}</Text>,
              },
              { head: 'Attempt', looks: 'num', cell: ({ attempt }) => count(attempt.number) },
              { head: 'Outcome', cell: ({ attempt }) => <Outcome outcome={attempt.outcome} /> },
              { head: 'Took', looks: 'num', cell: ({ attempt }) => duration(attempt.durationMs) },
            ]}
          />
        )}
      </Card>
    </>
  );
}
