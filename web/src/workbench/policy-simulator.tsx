// A retry policy against an outage: when it tries, and whether it outlives it. By the rule that dispatch follows.
import { useState } from 'preact/hooks';
import { MAX_RETRIES, type RetryPolicyInput } from '../../../lambdas/core/retries/delays.ts';
import { isJson } from '../base/json-text.ts';
import { counted, span as spanWords } from '../base/numbers.ts';
import { absolute, DAY_MS, HOUR_MS } from '../base/time.ts';
import { LegendKey } from '../charts/frame.tsx';
import { Moments } from '../charts/moments.tsx';
import { comingOf, groupsOf } from '../deliveries/coming.ts';
import { Choice, Field } from '../parts/field.tsx';
import { Card, Note } from '../parts/layout.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';

const PRESETS = ['forty-days', 'idnow', 'standard-webhooks', 'none'] as const;
const CUSTOM = 'custom';
const DEADLINE_DAYS = 40;

const OUTAGES = [
  ['0.0167', '1 minute'],
  ['0.25', '15 minutes'],
  ['1', '1 hour'],
  ['6', '6 hours'],
  ['24', '1 day'],
  ['168', '1 week'],
  ['720', '30 days'],
  ['984', '41 days'],
] as const;

const OUTCOMES = [
  ['http_503', '503 Unavailable'],
  ['timeout_response', 'No answer in time'],
  ['connection_refused', 'Connection refused'],
  ['http_401', '401 Unauthorized'],
  ['tls', 'TLS fails'],
] as const;

const OWN =
  '{\n  "immediate": true,\n  "steps": [\n    { "count": 6, "seconds": 60, "factor": 2 },\n    { "count": 5, "seconds": 3600 }\n  ],\n  "jitter": 0\n}';

/** @returns undefined for what is no policy; the API's schema has the last word when it is saved */
function policyOf(text: string): RetryPolicyInput | undefined {
  if (!isJson(text)) return undefined;
  const {
    immediate = false,
    steps = [],
    jitter = 0,
    maxRetries,
    retryOn,
  } = JSON.parse(text) as Partial<Exclude<RetryPolicyInput, string>>;
  const isWhole =
    Array.isArray(steps) &&
    steps.every(({ count, seconds }) => Number.isInteger(count) && count > 0 && seconds >= 0);
  if (!isWhole || steps.reduce((sum, { count }) => sum + count, 0) > MAX_RETRIES) return undefined;
  return {
    immediate,
    steps,
    jitter,
    ...(maxRetries !== undefined && { maxRetries }),
    ...(retryOn !== undefined && { retryOn }),
  };
}

export function PolicySimulator() {
  const [preset, setPreset] = useState<(typeof PRESETS)[number] | typeof CUSTOM>('forty-days');
  const [text, setText] = useState(OWN);
  const [hours, setHours] = useState<(typeof OUTAGES)[number][0]>('24');
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number][0]>('http_503');
  const [start] = useState(() => Date.now());
  const policy = preset === CUSTOM ? policyOf(text) : preset;
  return (
    <Card
      title="Retry policy"
      aside={<span class="small muted">What if a receiver is away for a while?</span>}
      pad
    >
      <div class="filters">
        <Choice
          label="Policy"
          value={preset}
          options={[
            ...PRESETS.map((one) => [one, one] as const),
            [CUSTOM, 'One of your own…'] as const,
          ]}
          onChange={setPreset}
        />
        <Choice label="Away for" value={hours} options={OUTAGES} onChange={setHours} />
        <Choice label="With" value={outcome} options={OUTCOMES} onChange={setOutcome} />
      </div>
      {preset === CUSTOM && (
        <Field
          label="Policy as JSON"
          rows={9}
          value={text}
          onInput={setText}
          fault={policy === undefined ? 'This is no policy yet.' : undefined}
        />
      )}
      {policy !== undefined && (
        <Outcome
          policy={policy}
          outageMs={Number(hours) * HOUR_MS}
          outcome={outcome}
          start={start}
        />
      )}
    </Card>
  );
}

interface OutcomeProps {
  readonly policy: RetryPolicyInput;
  readonly outageMs: number;
  readonly outcome: string;
  readonly start: number;
}

function Outcome({ policy, outageMs, outcome, start }: OutcomeProps) {
  const coming = comingOf(policy, {
    firstAt: start,
    made: 0,
    outcome,
    deadlineAt: start + DEADLINE_DAYS * DAY_MS,
  });
  const end = start + outageMs;
  const delivering = coming.at.find((at) => at >= end);
  const made = delivering === undefined ? coming.at : coming.at.filter((at) => at <= delivering);
  const last = made.at(-1) ?? start;
  const spanOf = {
    fromMs: start,
    toMs: Math.max(last, end) * 1 + Math.max(60_000, (Math.max(last, end) - start) * 0.04),
  };
  const first = `In an outage that begins with the event: ${delivering === undefined ? 'it does not arrive.' : `it arrives ${spanWords(delivering - start)} after the event was accepted, ${spanWords(delivering - end)} after the outage ended.`}`;
  const reason =
    coming.reason === 'final_outcome'
      ? 'The policy does not try this outcome again.'
      : 'The policy has no attempt left by then.';
  return (
    <>
      <Note tone={delivering === undefined ? 'bad' : 'ok'} live>
        <p>
          <b>{first}</b>
        </p>
        <p class="small">
          {delivering === undefined
            ? `Dead after ${counted(made.length, 'attempt')}. ${reason}`
            : `${counted(made.length, 'attempt')}; the last is the one that arrives.`}
        </p>
      </Note>
      <div class="legend">
        <LegendKey looks="dot">Fails</LegendKey>
        <LegendKey looks="f-ok">Arrives</LegendKey>
      </div>
      <Moments
        label={`${counted(made.length, 'attempt')} from ${absolute(start)} to ${absolute(last)}`}
        span={spanOf}
        now={end}
        nowWords="it is back"
        moments={made.map((at) => ({
          at,
          looks: at === delivering ? ('ok' as const) : ('bad' as const),
        }))}
      />
      <details>
        <summary>The attempts as a table</summary>
        <Table
          label="Attempts of the policy"
          rows={groupsOf({ ...coming, at: made })}
          keyOf={({ from, words }) => `${words}${from}`}
          columns={[
            { head: 'When', cell: ({ words }) => (words === 'Next' ? 'First' : words) },
            { head: 'Attempts', looks: 'num', cell: ({ count }) => count },
            { head: 'From', cell: ({ from }) => <When at={from} as="both" /> },
            { head: 'To', cell: ({ to }) => to !== undefined && <When at={to} as="both" /> },
          ]}
        />
      </details>
    </>
  );
}
