import { type Command, UsageError } from '../command.ts';
import { objectText, readInput } from '../json-input.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const API_COMMANDS: readonly Command[] = [
  {
    name: 'api',
    summary: 'call any route, such as: posthorn api GET /v1/templates',
    args: ['method', 'path'],
    options: {
      data: { type: 'string', value: 'JSON', help: 'the request body' },
      file: {
        type: 'string',
        value: 'FILE|-',
        help: 'the request body, from a file or standard input',
      },
    },
    async run({ posthorn, out, arg, options, signal }) {
      const method = arg(0).toUpperCase();
      if (!METHODS.includes(method))
        throw new UsageError(`${arg(0)}: the method must be one of ${METHODS.join(', ')}`);
      if (!arg(1).startsWith('/')) throw new UsageError(`${arg(1)}: the path must begin with /`);
      const file = options.text('file');
      const text = file === undefined ? options.text('data') : await readInput(file);
      const answer = await posthorn.call(method, arg(1), {
        signal,
        ...(text !== undefined && { body: objectText(text, file ?? '--data') }),
      });
      // As it is, with --json or without: what it looks like is not known here.
      out.raw(answer);
    },
  },
];
