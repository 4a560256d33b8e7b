// All attempts of a delivery as a waterfall on one scale, with numbers.
import type { Attempt } from '../base/models.ts';
import { ceiling, count, duration } from '../base/numbers.ts';
import { absolute, clock, zoneName } from '../base/time.ts';
import { LegendKey } from '../charts/frame.tsx';
import { Waterfall } from '../charts/waterfall.tsx';
import { isSuccess, Outcome } from '../parts/badge.tsx';
import { Card, None, Text } from '../parts/layout.tsx';
import { Table } from '../parts/table.tsx';

const CAUSES: Record<Attempt['cause'], string> = {
  first: 'First',
  immediate: 'At once',
  curve: 'Retry',
  manual: 'By hand',
  replay: 'Replay',
  probe: 'Probe',
};

function Part({ ms, kept }: { readonly ms: number | null | undefined; readonly kept: boolean }) {
  if (ms === null || ms === undefined) return <None>{kept ? 'kept' : 'none'}</None>;
  return <>{count(ms)}</>;
}

/** A connection that was kept has no look-up, connection or handshake, and yet an answer. */
const isKept = ({ timings }: Attempt): boolean =>
  timings?.connectMs === null && timings.firstByteMs !== null;

export function Attempts({
  attempts,
  timeoutMs,
}: {
  readonly attempts: readonly Attempt[];
  readonly timeoutMs: number | undefined;
}) {
  const longest = Math.max(1, ...attempts.map(({ durationMs }) => durationMs));
  const usesLimit = timeoutMs !== undefined && longest > timeoutMs / 4;
  const scaleMs = usesLimit ? Math.max(timeoutMs, longest) : Math.max(10, ceiling(longest));
  const newest = attempts.toReversed();
  const dropped = (attempts[0]?.number ?? 1) - 1;
  return (
    <Card
      title="Attempts"
      aside={
        <>
          <div class="legend">
            <LegendKey looks="p1">DNS</LegendKey>
            <LegendKey looks="p2">Connect</LegendKey>
            <LegendKey looks="p3">TLS</LegendKey>
            <LegendKey looks="p4">First byte</LegendKey>
            <LegendKey looks="wait">No answer</LegendKey>
          </div>
          <span class="small muted end">{`Bars: 0 to ${duration(scaleMs)}${usesLimit ? ', the time limit' : ''}`}</span>
        </>
      }
      footer={
        dropped > 0
          ? `The newest ${attempts.length} attempts; ${count(dropped)} older ones are only counted.`
          : undefined
      }
    >
      <Table
        label="Attempts, newest first"
        rows={newest}
        keyOf={({ number }) => String(number)}
        columns={[
          { head: '#', looks: 'nowrap', cell: ({ number }) => <b>{number}</b> },
          {
            head: `At, ${zoneName()}`,
            looks: 'nowrap',
            cell: ({ at, cause }) => (
              <>
                <time dateTime={at} title={absolute(at, true)}>
                  {clock(at)}
                </time>
                <small>{CAUSES[cause]}</small>
              </>
            ),
          },
          {
            head: 'Outcome',
            cell: ({ outcome, detail }) => (
              <>
                <Outcome outcome={outcome} />
                {detail && !isSuccess(outcome) && (
                  <small>
                    <Text>{detail}</Text>
                  </small>
                )}
              </>
            ),
          },
          {
            head: 'Where the time went',
            quietHead: true,
            looks: 'wide full',
            cell: ({ number, timings, durationMs, outcome }) => (
              <Waterfall
                label={`Attempt ${number}`}
                timings={timings}
                durationMs={durationMs}
                scaleMs={scaleMs}
                outcome={outcome}
              />
            ),
          },
          {
            head: 'DNS',
            looks: 'num lo',
            cell: (one) => <Part ms={one.timings?.dnsMs} kept={isKept(one)} />,
          },
          {
            head: 'Connect',
            looks: 'num lo',
            cell: (one) => <Part ms={one.timings?.connectMs} kept={isKept(one)} />,
          },
          {
            head: 'TLS',
            looks: 'num lo',
            cell: (one) => <Part ms={one.timings?.tlsMs} kept={isKept(one)} />,
          },
          {
            head: 'First byte',
            looks: 'num',
            cell: (one) => <Part ms={one.timings?.firstByteMs} kept={false} />,
          },
          {
            head: 'Total, ms',
            looks: 'num',
            cell: ({ durationMs }) => <b>{count(Math.round(durationMs))}</b>,
          },
        ]}
      />
    </Card>
  );
}
