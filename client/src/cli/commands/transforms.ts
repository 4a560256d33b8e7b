import type { TransformTestInput } from '../../models.ts';
import { type Command, type CommandCall, Unsuccessful, UsageError } from '../command.ts';
import { hasPipe, objectText, readInput } from '../json-input.ts';
import { given } from './listing-options.ts';

export const TRANSFORM_COMMANDS: readonly Command[] = [
  {
    name: 'transforms test',
    summary: 'show what a transformation makes of data; nothing is sent',
    options: {
      source: {
        type: 'string',
        value: 'TEXT',
        help: 'the transformation (with --endpoint, its own)',
      },
      'source-file': { type: 'string', value: 'FILE', help: 'the transformation, from a file' },
      data: { type: 'string', value: 'JSON', help: 'data of an event (standard input)' },
      file: { type: 'string', value: 'FILE|-', help: 'data from a file or standard input' },
      event: { type: 'string', value: 'ID', help: 'a stored event, in the place of data' },
      type: { type: 'string', value: 'TYPE', help: 'event type of the data (endpoint.test)' },
      endpoint: {
        type: 'string',
        value: 'ID',
        help: 'also show the signed request that it would get',
      },
    },
    async run(call) {
      const { posthorn, out, options } = call;
      const source = await sourceOf(call);
      const input = {
        ...(source !== undefined && { source }),
        ...(await sampleOf(call)),
        ...given(options, ['type', 'endpoint']),
      };
      // JsonText is written out as it is.
      const report = await posthorn.transforms.test(input as unknown as TransformTestInput);
      out.one(report);
      if (report.failure !== null) throw new Unsuccessful(`it fails: ${report.failure}`);
    },
  },
];

async function sourceOf({ options }: CommandCall): Promise<string | undefined> {
  const source = options.text('source');
  const file = options.text('source-file');
  if (source !== undefined && file !== undefined)
    throw new UsageError('give --source or --source-file, not both');
  if (source === undefined && file === undefined && options.text('endpoint') === undefined)
    throw new UsageError('--source is missing: it, --source-file or --endpoint is needed');
  return file === undefined ? source : readInput(file);
}

async function sampleOf({ options }: CommandCall): Promise<object> {
  const [data, event] = [options.text('data'), options.text('event')];
  const isElsewhere = data !== undefined || event !== undefined;
  const file = options.text('file') ?? (!isElsewhere && hasPipe() ? '-' : undefined);
  const ways = [data, event, file].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new UsageError('give one of --data, --file and --event');
  if (event !== undefined) return { event };
  const text = file === undefined ? (data ?? '') : await readInput(file);
  const where = file === undefined ? '--data' : file === '-' ? 'standard input' : file;
  return { data: objectText(text, where) };
}
