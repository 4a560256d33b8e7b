// Reads lines in the embedded metric format as CloudWatch does: by AWS's own schema, and by the rules that the
// specification states beside it.
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const schema = JSON.parse(readFileSync(new URL('emf-schema.json', import.meta.url), 'utf8'));
// biome-ignore lint/suspicious/noExplicitAny: a line is looked into member by member
const isValid = new Ajv({ strict: false }).compile<any>(schema);

export interface Datum {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string | undefined;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** @throws for a line that CloudWatch would not take */
export function dataOf(line: string): Datum[] {
  const root = JSON.parse(line);
  if (!isValid(root)) throw new Error(`${JSON.stringify(isValid.errors)} in ${line}`);
  const found: Datum[] = [];
  for (const { Namespace, Dimensions, Metrics } of root._aws.CloudWatchMetrics) {
    if (Metrics.length > 100) throw new Error('more than 100 metrics in a directive');
    for (const names of Dimensions) {
      const pairs = names.map((name: string) => [name, root[name]]);
      for (const [name, value] of pairs) {
        if (typeof value !== 'string' || value === '' || value.length > 1024) {
          throw new Error(`the dimension ${name} has no value in ${line}`);
        }
      }
      for (const { Name, Unit } of Metrics) {
        const values = [root[Name]].flat();
        if (values.length > 100) throw new Error(`more than 100 values of ${Name}`);
        for (const value of values) {
          if (!Number.isFinite(value)) throw new Error(`${Name} is no number in ${line}`);
        }
        const dimensions = Object.fromEntries(pairs);
        found.push({ namespace: Namespace, name: Name, unit: Unit, dimensions, values });
      }
    }
  }
  return found;
}

export function isMetricLine(line: string): boolean {
  return line.startsWith('{"_aws":');
}
