// What charts share: a frame of fixed height with its axes, and a table beside each chart. Only x is in percent, so a
// chart fills its width and its words are never stretched.
import type { ComponentChildren } from 'preact';
import { DAY_MS, dayMonth, hourMinute } from '../base/time.ts';

export const HEIGHT = 160;

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export const placeOf = ({ fromMs, toMs }: Span, at: number): number =>
  ((at - fromMs) / (toMs - fromMs)) * 100;

export const inPercent = (n: number): string => `${Math.round(n * 100) / 100}%`;

/** Seven labels of time; every second one is left out where narrow. */
export function TimeAxis({ span, y }: { readonly span: Span; readonly y: number }) {
  const isLong = span.toMs - span.fromMs > 2 * DAY_MS;
  return (
    <g aria-hidden="true">
      {[0, 1, 2, 3, 4, 5, 6].map((nth) => {
        const at = span.fromMs + ((span.toMs - span.fromMs) * nth) / 6;
        return (
          <text
            key={nth}
            x={inPercent((nth / 6) * 100)}
            y={y}
            text-anchor={nth === 0 ? 'start' : nth === 6 ? 'end' : 'middle'}
            class={nth % 2 === 1 ? 'alt' : undefined}
          >
            {isLong ? dayMonth(at) : hourMinute(at)}
          </text>
        );
      })}
    </g>
  );
}

interface FrameProps {
  readonly label: string;
  readonly span: Span;
  /** From above to below. */
  readonly steps: readonly string[];
  readonly children: ComponentChildren;
}

export function Frame({ label, span, steps, children }: FrameProps) {
  return (
    <div class="chart">
      <div class="y" aria-hidden="true">
        {steps.map((step) => (
          <span key={step}>{step}</span>
        ))}
      </div>
      <svg role="img" height="180" aria-label={label}>
        <line class="grid" x1="0" x2="100%" y1="0" y2="0" />
        <line class="grid" x1="0" x2="100%" y1={HEIGHT / 2} y2={HEIGHT / 2} />
        <line class="axis" x1="0" x2="100%" y1={HEIGHT} y2={HEIGHT} />
        {children}
        <TimeAxis span={span} y={HEIGHT + 16} />
      </svg>
    </div>
  );
}

/** The same numbers as a table. */
export function AsTable({ children }: { readonly children: ComponentChildren }) {
  return (
    <details class="no-print">
      <summary>Show as table</summary>
      {children}
    </details>
  );
}

interface KeyProps {
  readonly looks:
    | 'f-ok'
    | 'f-soft'
    | 'f-accent'
    | 'hatch'
    | 'wait'
    | 'p1'
    | 'p2'
    | 'p3'
    | 'p4'
    | 'l-accent'
    | 'l-bad'
    | 'l-muted'
    | 'h1'
    | 'h2'
    | 'h3'
    | 'h4'
    | 'h5'
    | 'dot'
    | 'ring';
  readonly children: ComponentChildren;
}

/** One entry of a legend. */
export function LegendKey({ looks, children }: KeyProps) {
  return (
    <span>
      <svg aria-hidden="true">
        {looks.startsWith('l-') ? (
          <line class={looks} x1="0" x2="100%" y1="50%" y2="50%" />
        ) : looks === 'dot' || looks === 'ring' ? (
          <circle class={looks === 'dot' ? 'f-bad' : 'l-accent f-page'} cx="50%" cy="50%" r="4" />
        ) : looks === 'hatch' || looks === 'wait' ? (
          <rect width="100%" height="100%" fill={`url(#${looks})`} />
        ) : (
          <rect class={looks} width="100%" height="100%" />
        )}
      </svg>
      {children}
    </span>
  );
}

/** Patterns that charts refer to; once in each page. */
export function Patterns() {
  return (
    <svg class="sr" aria-hidden="true" width="0" height="0">
      <defs>
        <pattern
          id="hatch"
          width="5"
          height="5"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="5" height="5" class="f-page" />
          <rect width="3" height="5" class="f-bad" />
        </pattern>
        <pattern
          id="wait"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="6" height="6" class="p3" />
          <rect width="2.5" height="6" class="f-bad" />
        </pattern>
      </defs>
    </svg>
  );
}
