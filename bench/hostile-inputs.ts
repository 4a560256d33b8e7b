// What the worst inputs that a tenant can give take: every filter operator, schema keyword, format, setting and PEM field
// at 256 KB.
import { endpointInputSchema } from '../lambdas/core/endpoints/endpoint.ts';
import { faultsOf } from '../lambdas/core/faults.ts';
import { createSchemaCheck } from '../lambdas/core/json/schema-check.ts';
import { broughtKeySchema } from '../lambdas/core/signing/key-input.ts';
import { Steps, within } from '../lambdas/core/steps.ts';
import { indexData } from '../lambdas/core/subscriptions/filter/data.ts';
import { compileFilter, type FilterPattern } from '../lambdas/core/subscriptions/filter/filter.ts';
import { matchesFilter } from '../lambdas/core/subscriptions/filter/match.ts';
import { filterSteps } from '../lambdas/core/subscriptions/targets.ts';
import { faultOfSource, transformData } from '../lambdas/core/transforms/engine.ts';
import { MAX_EVENT_STEPS } from '../lambdas/ingest/event-type-gate.ts';
import { FILTER_ATTACKS } from '../test/hostile/attacks/filters.ts';
import { BROUGHT_KEY_ATTACKS, PEM_ATTACKS } from '../test/hostile/attacks/pem.ts';
import { FORMAT_ATTACKS, KEYWORD_ATTACKS } from '../test/hostile/attacks/schemas.ts';
import { SETTING_ATTACKS } from '../test/hostile/attacks/settings.ts';
import { TRANSFORM_ATTACKS } from '../test/hostile/attacks/transforms.ts';
import { rounded } from './report.ts';

/** Each of them, on one core. */
export const MAX_INPUT_MS = 200;
const RUNS = 5;
/** What a transformation sees beside the data. */
const FACTS = { id: 'evt_1', type: 'attack', acceptedAtMs: 0, channels: [] };

/** CPU time of this thread: what else the machine does is not a part of it. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The least of some runs: the first ones are compiled. */
function leastMs(run: () => unknown): number {
  const spent: number[] = [];
  for (let at = 0; at < RUNS; at++) {
    const startedMs = cpuMs();
    run();
    spent.push(cpuMs() - startedMs);
  }
  return Math.min(...spent);
}

export interface InputRow {
  readonly kind: string;
  readonly input: string;
  readonly steps: number;
  readonly ms: number;
}

export function inputRows(): InputRow[] {
  const row = (kind: string, input: string, run: (count: (taken: number) => void) => unknown) => {
    let steps = 0;
    const ms = leastMs(() =>
      run((taken) => {
        steps = taken;
      }),
    );
    return { kind, input, steps, ms: rounded(ms, 1) };
  };
  const filters = Object.entries(FILTER_ATTACKS).flatMap(([name, attacks]) =>
    attacks.map(({ filter, data }, index) =>
      row('filter', `${name} ${index + 1}`, (count) => {
        const steps = filterSteps();
        const at = indexData(data);
        within(() => matchesFilter(compileFilter(filter as FilterPattern), at, steps), false);
        count(steps.taken);
      }),
    ),
  );
  const checks = [
    ...Object.entries(KEYWORD_ATTACKS).flatMap(([name, attacks]) =>
      attacks.map(
        ({ schema, data }, index) => ['keyword', `${name} ${index + 1}`, schema, data] as const,
      ),
    ),
    ...Object.entries(FORMAT_ATTACKS).flatMap(([format, texts]) =>
      texts.map((text, index) => ['format', `${format} ${index + 1}`, { format }, text] as const),
    ),
  ].map(([kind, input, schema, data]) => {
    const check = createSchemaCheck({ ...schema });
    return row(kind, input, (count) => {
      const steps = new Steps(MAX_EVENT_STEPS);
      check(data, steps);
      count(steps.taken);
    });
  });
  const settings = endpointInputSchema({
    allowHttp: true,
    allowPrivate: true,
    allowedPorts: 'any',
  });
  const given = [
    ...Object.entries(SETTING_ATTACKS).flatMap(([name, values]) =>
      values.map((value) => ({ [name]: value })),
    ),
    ...Object.entries(PEM_ATTACKS).flatMap(([name, texts]) =>
      texts.map((text) => ({ tls: { [name]: text } })),
    ),
  ].map((setting, index) =>
    row('setting', `${Object.keys(setting.tls ?? setting)} ${index + 1}`, () => {
      const { error } = settings.safeParse({ url: 'https://acme.io', ...setting });
      return error && faultsOf(error);
    }),
  );
  const keys = BROUGHT_KEY_ATTACKS.map((privateKey, index) =>
    row('signing key', `privateKey ${index + 1}`, () => broughtKeySchema.safeParse({ privateKey })),
  );
  const transforms = Object.entries(TRANSFORM_ATTACKS).flatMap(([name, attacks]) =>
    attacks.map(({ source, data = {} }, index) => {
      const event = { ...FACTS, data: JSON.stringify(data) };
      return row('transform', `${name} ${index + 1}`, () => {
        if (faultOfSource(source) === undefined) transformData(source, event);
      });
    }),
  );
  return [...filters, ...checks, ...given, ...keys, ...transforms];
}

/** The one of a table that takes longest. */
export function worstOf<T>(
  rows: readonly InputRow[],
  kind: InputRow['kind'],
  table: Readonly<Record<string, readonly T[]>>,
): T {
  const ofKind = rows.filter((row) => row.kind === kind);
  const [worst] = ofKind.toSorted((one, other) => other.ms - one.ms);
  const [, name = '', number] = /^(.*) (\d+)$/.exec(worst?.input ?? '') ?? [];
  const found = table[name]?.[Number(number) - 1];
  if (!found) throw new Error(`there is no ${kind} ${worst?.input}`);
  console.log(`the worst ${kind}: ${worst?.input}, ${worst?.ms} ms`);
  return found;
}
