// Attempts on an axis of time: made ones filled, coming ones as rings.
import { inPercent, placeOf, type Span, TimeAxis } from './frame.tsx';

export interface Moment {
  readonly at: number;
  readonly looks: 'ok' | 'bad' | 'coming';
}

interface MomentsProps {
  readonly label: string;
  readonly span: Span;
  readonly moments: readonly Moment[];
  readonly now: number;
  /** What stands at the line of `now`. */
  readonly nowWords?: string;
  readonly deadline?: number;
  /** Without the axis' words, for lanes that share one. */
  readonly bare?: boolean;
}

const LOOKS = { ok: 'm-ok', bad: 'f-bad', coming: 'l-accent f-page' };

export function Moments({
  label,
  span,
  moments,
  now,
  nowWords = 'now',
  deadline,
  bare,
}: MomentsProps) {
  const y = bare ? 12 : 34;
  const isIn = (at: number) => at >= span.fromMs && at <= span.toMs;
  return (
    <div class="strip">
      <svg role="img" height={bare ? 24 : 74} aria-label={label}>
        <line class="axis" x1="0" x2="100%" y1={y} y2={y} />
        {!bare &&
          [0, 1, 2, 3, 4, 5, 6].map((nth) => (
            <line
              key={nth}
              class="axis"
              x1={inPercent((nth / 6) * 100)}
              x2={inPercent((nth / 6) * 100)}
              y1={y - 4}
              y2={y + 4}
            />
          ))}
        {moments
          .filter(({ at }) => isIn(at))
          .map(({ at, looks }) => (
            <circle
              key={`${looks}${at}`}
              class={LOOKS[looks]}
              cx={inPercent(placeOf(span, at))}
              cy={y}
              r={looks === 'coming' ? 4 : 4.5}
            />
          ))}
        {isIn(now) && (
          <>
            <line
              class="l-warn"
              x1={inPercent(placeOf(span, now))}
              x2={inPercent(placeOf(span, now))}
              y1={y - (bare ? 11 : 20)}
              y2={y + (bare ? 11 : 18)}
            />
            {!bare && (
              <text
                x={inPercent(placeOf(span, now))}
                dx={placeOf(span, now) > 85 ? -4 : 4}
                y="12"
                text-anchor={placeOf(span, now) > 85 ? 'end' : 'start'}
              >
                {nowWords}
              </text>
            )}
          </>
        )}
        {deadline !== undefined && isIn(deadline) && (
          <>
            <line
              class="l-bad"
              x1={inPercent(placeOf(span, deadline))}
              x2={inPercent(placeOf(span, deadline))}
              y1={y - 20}
              y2={y + 18}
            />
            <text x={inPercent(placeOf(span, deadline))} dx="-4" y="12" text-anchor="end">
              deadline
            </text>
          </>
        )}
        {!bare && <TimeAxis span={span} y={72} />}
      </svg>
    </div>
  );
}
