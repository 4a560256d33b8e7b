// The last 24 hours of an endpoint as a strip of states with numbered causes, from what its health records.
import type { Endpoint } from '../base/models.ts';
import { DAY_MS } from '../base/time.ts';
import { stateOf } from '../parts/badge.tsx';
import { inPercent, placeOf, type Span, TimeAxis } from './frame.tsx';

interface StripProps {
  readonly endpoint: Endpoint;
  readonly now: number;
  readonly causes: readonly { readonly at: number; readonly words: string }[];
}

export function HealthStrip({ endpoint, now, causes }: StripProps) {
  const span: Span = { fromMs: now - DAY_MS, toMs: now };
  const created = Math.max(span.fromMs, Date.parse(endpoint.createdAt));
  const { failingSince } = endpoint.health;
  const state = stateOf(endpoint);
  const isIll = state === 'failing' || state === 'tripped';
  const failed = isIll && failingSince !== null ? Math.max(created, Date.parse(failingSince)) : now;
  const parts = [
    { from: created, to: failed, looks: state === 'paused' ? 'f-muted' : 'f-ok', words: 'healthy' },
    { from: failed, to: now, looks: 'f-bad', words: state },
  ].filter(({ from, to }) => to > from);
  const label = `Health of the last 24 hours: ${state}${isIll && failingSince !== null ? ', healthy before' : ''}`;
  return (
    <div class="strip">
      <svg role="img" height="76" aria-label={label}>
        {parts.map(({ from, to, looks }) => (
          <rect
            key={looks}
            class={looks}
            x={inPercent(placeOf(span, from))}
            width={inPercent(Math.max(0.6, placeOf(span, to) - placeOf(span, from)))}
            y="16"
            height="12"
            rx="2"
          />
        ))}
        {causes.map(({ at, words }, nth) => {
          if (at < span.fromMs) return null;
          const x = inPercent(Math.min(98.5, placeOf(span, at)));
          return (
            <g key={words}>
              <line class="axis" x1={x} x2={x} y1="12" y2="34" />
              <circle class="f-page axis" cx={x} cy="44" r="9" />
              <text x={x} y="48" text-anchor="middle">
                {nth + 1}
              </text>
            </g>
          );
        })}
        <text x="0" y="10">
          {span.fromMs < created ? 'Not there yet' : 'Healthy'}
        </text>
        <text x="100%" y="10" text-anchor="end">
          {state.replace(/^./, (letter) => letter.toUpperCase())}
        </text>
        <TimeAxis span={span} y={72} />
      </svg>
    </div>
  );
}
