// A test with the whole exchange.
import type { TestReport } from '../base/models.ts';
import { duration } from '../base/numbers.ts';
import { LegendKey } from '../charts/frame.tsx';
import { Waterfall } from '../charts/waterfall.tsx';
import { isSuccess, outcomeWords } from '../parts/badge.tsx';
import { Exchange } from '../parts/code.tsx';
import { Note } from '../parts/layout.tsx';

interface TestResultProps {
  readonly report: TestReport;
  readonly isChat: boolean;
}

export function TestResult({ report, isChat }: TestResultProps) {
  const { outcome, detail, durationMs, timings, request, response } = report;
  const isOk = isSuccess(outcome);
  const parts = [
    ['p1', 'DNS', timings?.dnsMs],
    ['p2', 'Connect', timings?.connectMs],
    ['p3', 'TLS', timings?.tlsMs],
    ['p4', 'First byte', timings?.firstByteMs],
  ] as const;
  return (
    <div class="stack">
      <Note tone={isOk ? 'ok' : 'bad'} live>
        <p>
          <b>
            {isOk
              ? `It works: answered ${response?.status ?? ''} in ${duration(durationMs)}.`
              : `${outcomeWords(outcome)}, after ${duration(durationMs)}.`}
          </b>
        </p>
        <p class="small">
          {isOk
            ? isChat
              ? 'The message is in the chat now.'
              : 'The receiver took the signed sample. Whether it checks the signature, only its own log can tell.'
            : (detail ?? 'Look at what came back below.')}
        </p>
      </Note>
      <Waterfall
        label="Test"
        timings={timings}
        durationMs={durationMs}
        scaleMs={Math.max(1, durationMs)}
        outcome={outcome}
      />
      <div class="legend">
        {parts.map(([looks, words, ms]) => (
          <LegendKey key={looks} looks={looks}>
            {ms === null || ms === undefined ? `${words} none` : `${words} ${duration(ms)}`}
          </LegendKey>
        ))}
      </div>
      <div class="cols stretch">
        {request && (
          <Exchange
            label="Sent"
            first={`${request.method} ${request.url}`}
            headers={request.headers}
            body={request.body}
          />
        )}
        {response ? (
          <Exchange
            label="Came back"
            first={String(response.status)}
            tone={isOk ? 'ok' : 'bad'}
            headers={response.headers}
            body={response.body}
          />
        ) : (
          <p class="code is-bad">Nothing came back: {outcome}</p>
        )}
      </div>
    </div>
  );
}
