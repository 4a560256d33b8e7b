// The rules: each looks at the numbers of one endpoint, and says what to change, or whom to ask.

import { failuresIn } from '../analytics/counting.ts';
import { TRIES } from '../analytics/rollup.ts';
import type { Destination } from '../destinations/all.ts';
import { delaysOf, MAX_RETRIES } from '../retries/delays.ts';
import {
  allMs,
  answersIn,
  attemptsOf,
  ENOUGH,
  lastOutcome,
  lowerMedian,
  okMs,
  percent,
  type Recommendation,
  type Rule,
  retryShareOf,
  SOME,
  successesOf,
  successRateOf,
  withOutcome,
} from './facts.ts';

const MAX_TIMEOUT_MS = 30_000;
const MIN_TIMEOUT_MS = 2_000;
const SLOT_SECONDS = 300;
/** From 2 ms to 4 ms is nothing to tell of. */
const SLOWER_MS = 100;

const timeoutTooShort: Rule = ({ now, settings: { timeoutMs } }) => {
  const timeouts = withOutcome(now, 'timeout_response');
  const attempts = attemptsOf(now);
  const p95 = okMs(now, 0.95);
  if (attempts < ENOUGH || successesOf(now) < SOME || timeouts < 0.02 * attempts) return undefined;
  if (p95 < 0.7 * timeoutMs) return undefined;
  const evidence = {
    attempts,
    timeouts,
    timeoutPercent: percent(timeouts / attempts),
    p95OfSuccessesMs: Math.round(p95),
    timeoutMs,
  };
  const raised = Math.min(MAX_TIMEOUT_MS, 2 * timeoutMs);
  return {
    code: 'timeout_too_short',
    severity: 'warning',
    evidence,
    advice:
      'Requests that the receiver would have answered are given up. Wait longer, or have it answer first and work later.',
    ...(raised > timeoutMs && { change: { timeoutMs: raised } }),
  };
};

const timeoutTooLong: Rule = ({ now, settings: { timeoutMs } }) => {
  const timeouts = withOutcome(now, 'timeout_response');
  const p99 = okMs(now, 0.99);
  const lowered = Math.max(MIN_TIMEOUT_MS, Math.ceil((5 * p99) / 1_000) * 1_000);
  if (successesOf(now) < ENOUGH || timeouts < SOME || p99 >= 1_000) return undefined;
  if (lowered > timeoutMs / 2) return undefined;
  return {
    code: 'timeout_too_long',
    severity: 'info',
    evidence: {
      successes: successesOf(now),
      timeouts,
      p99OfSuccessesMs: Math.round(p99),
      timeoutMs,
    },
    advice: 'What is not answered within a second is never answered: it can be given up earlier.',
    change: { timeoutMs: lowered },
  };
};

/** Somewhat less than it answers, as `maxPerSecond` may be; undefined if that is not less than the present one. */
function paceBelow(answeredPerSecond: number, present = 1_000): number | undefined {
  const pace = Math.max(0.1, Math.floor(9 * answeredPerSecond) / 10);
  return pace < present ? pace : undefined;
}

const rateLimited: Rule = ({ now, slots, settings: { maxPerSecond } }) => {
  const refused = withOutcome(now, 'http_429');
  const attempts = attemptsOf(now);
  if (refused < SOME || refused < 0.01 * attempts) return undefined;
  const answered = Math.max(0, ...slots.map(([, successes]) => successes)) / SLOT_SECONDS;
  const pace = paceBelow(answered, maxPerSecond);
  return {
    code: 'rate_limited',
    severity: 'warning',
    evidence: {
      attempts,
      refused,
      refusedPercent: percent(refused / attempts),
      answeredPerSecond: Math.round(answered * 100) / 100,
    },
    advice: 'The receiver answers 429: send at the rate that it takes.',
    ...(pace !== undefined && { change: { maxPerSecond: pace } }),
  };
};

const unauthorized: Rule = ({ lately, before }) => {
  const refused = answersIn(lately, 'http_401', 'http_403');
  const attempts = answersIn(lately);
  const usual = answersIn(before, 'http_401', 'http_403') / (answersIn(before) || 1);
  if (refused < SOME || refused < 0.5 * attempts || usual >= 0.05) return undefined;
  return {
    code: 'unauthorized',
    severity: 'critical',
    evidence: {
      attempts,
      refused,
      refusedPercent: percent(refused / attempts),
      usualPercent: percent(usual),
    },
    advice:
      'The receiver began to refuse our requests with 401 or 403. Compare secrets: one was rotated here or there.',
  };
};

const urlGone: Rule = ({ lately }) => {
  const gone = answersIn(lately, 'http_404', 'http_410');
  const attempts = answersIn(lately);
  // A single 410 pauses an endpoint: what comes after it are a few probes.
  const isPaused = lastOutcome(lately) === 'http_410';
  if (!isPaused && (gone < SOME || gone < 0.5 * attempts)) return undefined;
  return {
    code: 'url_gone',
    severity: 'critical',
    evidence: { attempts, gone, gonePercent: percent(gone / attempts) },
    advice: 'There is nothing at the URL any more: ask the receiver for the new one.',
  };
};

const certificate: Rule = ({ lately }) => {
  const failed = answersIn(lately, 'tls');
  const attempts = answersIn(lately);
  if (failed < SOME || failed < 0.1 * attempts) return undefined;
  return {
    code: 'certificate',
    severity: 'critical',
    evidence: { attempts, failed, failedPercent: percent(failed / attempts) },
    advice:
      'TLS fails: the certificate has expired, its chain is incomplete, or it is for another name.',
  };
};

const policyTooLong: Rule = ({ now, settings: { retryPolicy } }) => {
  const { needed, ends } = now;
  const delivered = Object.values(needed).reduce((sum, count) => sum + count, 0);
  const late = (needed['11-30'] ?? 0) + (needed['31+'] ?? 0);
  const soon = delivered - late - (needed['6-10'] ?? 0);
  const dead = (ends['dead:attempts'] ?? 0) + (ends['dead:deadline'] ?? 0);
  const retries = delaysOf(retryPolicy).length;
  if (delivered < ENOUGH || late > 0 || soon < 0.97 * delivered || dead < SOME) return undefined;
  if (retries <= 11) return undefined;
  return {
    code: 'policy_too_long',
    severity: 'info',
    evidence: { delivered, withinFiveAttempts: soon, dead, retries },
    advice: 'Who recovers does so within a few attempts; the later ones deliver nothing.',
    change: { retryPolicy: { ...retryPolicy, maxRetries: 11 } },
  };
};

const policyTooShort: Rule = ({ now, settings: { retryPolicy } }) => {
  const retries = delaysOf(retryPolicy).length + (retryPolicy.immediate ? 1 : 0);
  const dead = now.ends['dead:attempts'] ?? 0;
  const tried = TRIES.map((tries) => now.tries[tries] ?? [0, 0]).filter(([made]) => made > 0);
  const [attempts, successes] = tried.at(-1) ?? [0, 0];
  if (dead < SOME || tried.length < 2 || attempts < SOME || retries >= MAX_RETRIES / 2) {
    return undefined;
  }
  if (successes < 0.2 * attempts) return undefined;
  return {
    code: 'policy_too_short',
    severity: 'warning',
    evidence: {
      dead,
      retries,
      lastAttempts: attempts,
      lastSuccessPercent: percent(successes / attempts),
    },
    advice:
      'The last attempts still succeed often: further ones would save deliveries that die now.',
    change: { retryPolicy: 'forty-days' },
  };
};

const connectionsNotKept: Rule = ({ now }) => {
  const attempts = attemptsOf(now);
  const sumOf = (...names: (keyof typeof now.phases)[]) =>
    names.reduce((sum, name) => sum + (now.phases[name]?.[1] ?? 0), 0);
  const connecting = sumOf('dnsMs', 'connectMs', 'tlsMs');
  const whole = connecting + sumOf('firstByteMs');
  if (attempts < ENOUGH || whole === 0 || connecting <= 0.5 * whole) return undefined;
  return {
    code: 'connections_not_kept',
    severity: 'info',
    evidence: {
      attempts,
      keptPercent: percent(now.kept / attempts),
      connectingPercent: percent(connecting / whole),
    },
    advice:
      'More time goes into connections than into answers: the receiver should keep them open.',
  };
};

const regression: Rule = ({ now, before }) => {
  if (attemptsOf(now) < ENOUGH || attemptsOf(before) < ENOUGH) return undefined;
  const lost = successRateOf(before) - successRateOf(now);
  const hasTimes = successesOf(now) >= ENOUGH && successesOf(before) >= ENOUGH;
  const [p95, p95Before] = [okMs(now, 0.95), okMs(before, 0.95)];
  const isSlower = hasTimes && p95 >= 2 * p95Before && p95 - p95Before >= SLOWER_MS;
  if (!isSlower && lost < 0.02) return undefined;
  return {
    code: 'regression',
    severity: 'warning',
    evidence: {
      ...(hasTimes && { p95Ms: Math.round(p95), p95BeforeMs: Math.round(p95Before) }),
      successPercent: percent(successRateOf(now)),
      successBeforePercent: percent(successRateOf(before)),
    },
    advice: 'It does worse than in the week before.',
  };
};

const typeAlwaysFails: Rule = ({ now, types }) => {
  const always = Object.entries(types)
    .filter(([, counts]) => counts[0] >= SOME && failuresIn(counts) === counts[0])
    .sort(([, a], [, b]) => b[0] - a[0]);
  const [first] = always;
  if (!first || successesOf(now) === 0) return undefined;
  return {
    code: 'type_always_fails',
    severity: 'warning',
    evidence: { type: first[0], attempts: first[1][0], types: always.length },
    advice:
      'Every attempt of this event type fails while others succeed: unsubscribe it, or mend its handling.',
  };
};

const alwaysSlow: Rule = ({ now }) => {
  const p50 = allMs(now, 0.5);
  if (attemptsOf(now) < ENOUGH || p50 < 1_000) return undefined;
  return {
    code: 'always_slow',
    severity: 'info',
    evidence: { attempts: attemptsOf(now), p50Ms: Math.round(p50) },
    advice:
      'Most answers take longer than a second, so its first attempts take the lane of slow endpoints. It should answer first and work later.',
  };
};

/**
 * Five minutes with more attempts, against those with fewer: most of the busy ones fail, so it is not an outage at a busy
 * hour, and more is answered in them, so it is not an outage whose retries made it busy.
 */
const capacity: Rule = ({ slots, settings: { maxPerSecond } }) => {
  const busy = slots.filter(([attempts]) => attempts >= SOME).sort((a, b) => a[0] - b[0]);
  const part = Math.floor(busy.length / 4);
  if (part < 3) return undefined;
  const shareOf = (some: typeof busy) => lowerMedian(some.map((one) => failuresIn(one) / one[0]));
  const answeredOf = (some: typeof busy) => lowerMedian(some.map(([, successes]) => successes));
  const [calm, full] = [busy.slice(0, part), busy.slice(-part)];
  const [low, high] = [shareOf(calm), shareOf(full)];
  const [calmest, fullest] = [calm.at(-1)?.[0] ?? 0, full[0]?.[0] ?? 0];
  const answered = answeredOf(full);
  if (high < 0.05 || high < 4 * low || fullest < 2 * calmest) return undefined;
  if (answered < 1.5 * answeredOf(calm)) return undefined;
  const pace = paceBelow(answered / SLOT_SECONDS, maxPerSecond);
  const perSecond = (count: number): number => Math.round((100 * count) / SLOT_SECONDS) / 100;
  return {
    code: 'capacity',
    severity: 'warning',
    evidence: {
      failedPercentWhenCalm: percent(low),
      failedPercentWhenBusy: percent(high),
      calmPerSecond: perSecond(calmest),
      busyPerSecond: perSecond(fullest),
      answeredPerSecondWhenBusy: perSecond(answered),
    },
    advice: 'Failures rise with the rate: the receiver takes less than is sent at peaks.',
    ...(pace !== undefined && { change: { maxPerSecond: pace } }),
  };
};

const settingsChanged: Rule = ({ change }) => {
  if (!change) return undefined;
  const { before, after } = change;
  if (attemptsOf(before) < SOME || attemptsOf(after) < SOME) return undefined;
  const gained = successRateOf(after) - successRateOf(before);
  return {
    code: 'settings_changed',
    severity: gained < -0.02 ? 'warning' : 'info',
    evidence: {
      successBeforePercent: percent(successRateOf(before)),
      successAfterPercent: percent(successRateOf(after)),
      p95BeforeMs: Math.round(allMs(before, 0.95)),
      p95AfterMs: Math.round(allMs(after, 0.95)),
      retriesBeforePercent: percent(retryShareOf(before)),
      retriesAfterPercent: percent(retryShareOf(after)),
      attemptsBefore: attemptsOf(before),
      attemptsAfter: attemptsOf(after),
    },
    advice: 'How the hours after the change of settings compare with as many before it.',
  };
};

/** Most urgent first; some are of requests over HTTP alone: a mail has no URL, connection or status of its own. */
const RULES: readonly (readonly [rule: Rule, only?: Destination['kind']])[] = [
  [unauthorized, 'http'],
  [urlGone, 'http'],
  [certificate, 'http'],
  [timeoutTooShort, 'http'],
  [timeoutTooLong, 'http'],
  [rateLimited, 'http'],
  [capacity, 'http'],
  [regression],
  [typeAlwaysFails],
  [policyTooShort],
  [policyTooLong],
  [alwaysSlow],
  [connectionsNotKept, 'http'],
  [settingsChanged],
];

/** The most urgent first. @param kind of the endpoint's destination */
export function recommendationsOf(
  facts: Parameters<Rule>[0],
  kind: Destination['kind'] = 'http',
): Recommendation[] {
  return RULES.flatMap(([rule, only = kind]) => (only === kind ? (rule(facts) ?? []) : []));
}
