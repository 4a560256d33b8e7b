// The simulation's command line: what is asked, in units that say what they are.
import { parseArgs } from 'node:util';
import { CONTRACT_NAMES, type ContractName } from '../../lambdas/core/contracts/all.ts';
import type { FailureKind, Outcome } from '../../lambdas/core/retries/outcome.ts';

export interface SimulationOptions {
  readonly contract: ContractName;
  /** From the first event on, endpoints fail for so long. */
  readonly outageMs: number;
  /** Share of all other requests that fail. */
  readonly failRate: number;
  readonly events: number;
  readonly endpoints: number;
  /** Over how long the events come in. */
  readonly overMs: number;
  readonly failure: Outcome;
  readonly latencyMs: number;
  readonly withHealth: boolean;
  readonly maxPerSecond: number | undefined;
  readonly lostSchedules: number;
  readonly doubledSchedules: number;
  readonly seed: number;
  readonly json: boolean;
}

export const USAGE = `npm run simulate -- [options]

  --contract NAME          ${CONTRACT_NAMES.join(', ')} (standard-webhooks)
  --outage 41d|3h|90s      how long all endpoints are down, from the first event (0s)
  --fail-rate 0.2          share of the other requests that fail (0)
  --failure WHAT           what a failing endpoint does: a status such as 500 or 410, timeout,
                           refused, reset, dns or tls (500)
  --events N               events for each endpoint (1)
  --endpoints N            endpoints, each with its own events (1)
  --over 60s               period in which the events arrive (0s: all at once)
  --latency 50ms           how long a receiver takes to answer (50ms)
  --health on|off          whether endpoints trip and pause (on)
  --max-per-second N       a rate limit for every endpoint
  --lost-schedules 0.3     share of the schedules that never fire (0)
  --doubled-schedules 0.3  share of the others that fire twice (0)
  --seed N                 seed of the random numbers, to repeat a run (1)
  --json                   print one JSON object instead of the timeline`;

/** A wrong option: names it and what is allowed. */
export class OptionFault extends Error {}

export function parseOptions(argv: readonly string[]): SimulationOptions | 'help' {
  const { values } = read(argv);
  if (values.help) return 'help';
  const contract = CONTRACT_NAMES.find((name) => name === values.contract);
  if (!contract) {
    throw new OptionFault(
      `--contract ${values.contract}: must be one of ${CONTRACT_NAMES.join(', ')}`,
    );
  }
  if (values.health !== 'on' && values.health !== 'off') {
    throw new OptionFault(`--health ${values.health}: must be on or off`);
  }
  return {
    contract,
    outageMs: duration('outage', values.outage),
    failRate: share('fail-rate', values['fail-rate']),
    events: count('events', values.events, 1_000_000),
    endpoints: count('endpoints', values.endpoints, 10_000),
    overMs: duration('over', values.over),
    failure: failureOf(values.failure),
    latencyMs: duration('latency', values.latency),
    withHealth: values.health === 'on',
    maxPerSecond:
      values['max-per-second'] === undefined
        ? undefined
        : count('max-per-second', values['max-per-second'], 1_000),
    lostSchedules: share('lost-schedules', values['lost-schedules']),
    doubledSchedules: share('doubled-schedules', values['doubled-schedules']),
    seed: count('seed', values.seed, 2 ** 32 - 1),
    json: values.json,
  };
}

function read(argv: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        contract: text('standard-webhooks'),
        outage: text('0s'),
        'fail-rate': text('0'),
        failure: text('500'),
        events: text('1'),
        endpoints: text('1'),
        over: text('0s'),
        latency: text('50ms'),
        health: text('on'),
        'max-per-second': { type: 'string' },
        'lost-schedules': text('0'),
        'doubled-schedules': text('0'),
        seed: text('1'),
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new OptionFault(error instanceof Error ? error.message : String(error));
  }
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function duration(name: string, value: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value) ?? [];
  const factor = UNITS[unit ?? ''];
  if (amount === undefined || factor === undefined) {
    throw new OptionFault(`--${name} ${value}: must be a number with ms, s, m, h or d, such as 3h`);
  }
  return Number(amount) * factor;
}

function count(name: string, value: string, most: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > most) {
    throw new OptionFault(`--${name} ${value}: must be a whole number from 1 to ${most}`);
  }
  return number;
}

function share(name: string, value: string): number {
  const number = Number(value);
  if (!(number >= 0 && number <= 1)) {
    throw new OptionFault(`--${name} ${value}: must be from 0 to 1`);
  }
  return number;
}

const FAILURES: Readonly<Record<string, FailureKind>> = {
  timeout: 'timeout_response',
  refused: 'connection_refused',
  reset: 'connection_reset',
  dns: 'dns',
  tls: 'tls',
};

function failureOf(value: string): Outcome {
  const failure = FAILURES[value];
  if (failure) return { kind: 'failure', failure, detail: 'simulated' };
  if (/^[345]\d\d$/.test(value)) {
    return { kind: 'response', response: { status: Number(value), headers: {}, body: '' } };
  }
  throw new OptionFault(
    `--failure ${value}: must be a status from 300 to 599, or one of ${Object.keys(FAILURES).join(', ')}`,
  );
}
