// Where an attempt's time went, on one scale for all attempts of a delivery.
import type { Attempt } from '../base/models.ts';
import { count } from '../base/numbers.ts';
import { isSuccess } from '../parts/badge.tsx';
import { inPercent } from './frame.tsx';

type Timings = Attempt['timings'];

const PARTS = [
  ['dnsMs', 'DNS', 'p1'],
  ['connectMs', 'connect', 'p2'],
  ['tlsMs', 'TLS', 'p3'],
  ['firstByteMs', 'first byte', 'p4'],
] as const;

interface WaterfallProps {
  readonly label: string;
  readonly timings: Timings | null;
  readonly durationMs: number;
  readonly scaleMs: number;
  readonly outcome: string;
}

export function Waterfall({ label, timings, durationMs, scaleMs, outcome }: WaterfallProps) {
  const place = (ms: number) => (ms / scaleMs) * 100;
  let at = 0;
  const bars = PARTS.flatMap(([name, words, looks]) => {
    const ms = timings?.[name] ?? null;
    if (ms === null) return [];
    const x = at;
    const width = Math.max(0.5, place(ms));
    at = Math.min(100, at + width);
    return [
      { words: `${words} ${count(ms)} ms`, looks, x, width: Math.max(0, Math.min(100 - x, width)) },
    ];
  });
  const isAnswered = timings?.firstByteMs !== null && timings?.firstByteMs !== undefined;
  const rest = Math.max(0, Math.min(100, place(durationMs)) - at);
  const isWaiting = !isAnswered && outcome.startsWith('timeout') && rest > 0;
  const words = [
    ...bars.map((bar) => bar.words),
    isAnswered ? '' : isWaiting ? 'no answer' : outcome,
  ]
    .filter(Boolean)
    .join(', ');
  return (
    <svg
      class={isSuccess(outcome) ? 'bar' : 'bar is-bad'}
      role="img"
      aria-label={`${label}: ${words}`}
    >
      {[25, 50, 75, 100].map((x) => (
        <line key={x} class="grid" x1={inPercent(x)} x2={inPercent(x)} y1="0" y2="16" />
      ))}
      {bars.map(({ looks, x, width }) => (
        <rect
          key={looks}
          class={looks}
          x={inPercent(x)}
          width={inPercent(width)}
          y="2"
          height="12"
        />
      ))}
      {isWaiting && (
        <rect fill="url(#wait)" x={inPercent(at)} width={inPercent(rest)} y="2" height="12" />
      )}
      {!isAnswered && !isWaiting && !isSuccess(outcome) && (
        <svg
          x={inPercent(Math.min(97, Math.max(at, place(durationMs))))}
          y="2"
          width="12"
          height="12"
          viewBox="0 0 12 12"
          overflow="visible"
          aria-hidden="true"
        >
          <path d="M2 2 10 10M10 2 2 10" class="cross" />
        </svg>
      )}
    </svg>
  );
}
