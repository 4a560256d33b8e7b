// One routing rule as a form: its condition, the channels that it sets, and whether rules after it are judged.
import { Button } from '../parts/button.tsx';
import { Check, Field } from '../parts/field.tsx';
import { type DraftRule, faultsOf } from './draft.ts';
import { type RuleVerdict, Verdict } from './verdict.tsx';

interface RuleProps {
  readonly rule: DraftRule;
  /** Counted from 1. */
  readonly n: number;
  readonly of: number;
  readonly may: boolean;
  readonly verdict: RuleVerdict | undefined;
  /** What the API found in it when it was to be saved or tried. */
  readonly refusals: readonly string[];
  readonly onChange: (rule: DraftRule) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

const LEAST_ROWS = 3;
const MOST_ROWS = 14;

export function Rule(props: RuleProps) {
  const { rule, n, of, may, verdict, refusals, onChange, onMove, onRemove } = props;
  const faults = faultsOf(rule);
  const rows = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, rule.when.split('\n').length));
  const pressed = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : undefined;
    if (!event.altKey || by === undefined || !may) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <fieldset class="stack" disabled={!may} onKeyDown={pressed}>
      <legend class="sr">{`Rule ${n} of ${of}`}</legend>
      <div class="row between">
        <span class="row">
          <b>{`Rule ${n}`}</b>
          {verdict && <Verdict of={verdict} />}
        </span>
        {may && (
          <span class="row">
            <Button
              slim
              kind="quiet"
              label={`Move rule ${n} up`}
              disabled={n === 1}
              onClick={() => onMove(-1)}
            >
              Up
            </Button>
            <Button
              slim
              kind="quiet"
              label={`Move rule ${n} down`}
              disabled={n === of}
              onClick={() => onMove(1)}
            >
              Down
            </Button>
            <Button slim kind="quiet is-bad" label={`Remove rule ${n}`} onClick={onRemove}>
              Remove
            </Button>
          </span>
        )}
      </div>
      <div class="cols">
        <Field
          label="When the data matches"
          rows={rows}
          value={rule.when}
          onInput={(when) => onChange({ ...rule, when })}
          fault={faults.when ?? (refusals.length > 0 ? refusals.join('; ') : undefined)}
          hint="A filter, as of endpoints."
        />
        <div class="stack">
          <Field
            label="Set the channels"
            value={rule.channels}
            onInput={(channels) => onChange({ ...rule, channels })}
            fault={faults.channels}
            hint="Up to 5, with commas; none takes the event’s channels away."
          />
          <Check checked={rule.isLast} onChange={(isLast) => onChange({ ...rule, isLast })}>
            Judge no rule after it
          </Check>
        </div>
      </div>
    </fieldset>
  );
}
