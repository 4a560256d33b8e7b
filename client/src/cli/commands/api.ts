import { type Command, requireYes, UsageError } from '../command.ts';
import { hasPipe, objectText, readInput } from '../json-input.ts';

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
      yes: { type: 'boolean', help: 'required for DELETE, cancel, purge and redact' },
    },
    async run({ posthorn, out, arg, options, signal }) {
      const method = arg(0).toUpperCase();
      if (!METHODS.includes(method))
        throw new UsageError(`${arg(0)}: the method must be one of ${METHODS.join(', ')}`);
      if (!arg(1).startsWith('/')) throw new UsageError(`${arg(1)}: the path must begin with /`);
      if (method === 'DELETE' || /\/(cancel|purge|redact)\/?($|[?#])/.test(arg(1))) {
        requireYes(options, 'this cannot be undone');
      }
      const data = options.text('data');
      if (data !== undefined && options.text('file') !== undefined) {
        throw new UsageError('give --file or --data, not both');
      }
      // These never go without a body.
      const isPiped = data === undefined && ['PUT', 'PATCH'].includes(method) && hasPipe();
      const file = options.text('file') ?? (isPiped ? '-' : undefined);
      const text = file === undefined ? data : await readInput(file);
      const answer = await posthorn.call(method, arg(1), {
        signal,
        ...(text !== undefined && { body: objectText(text, file ?? '--data') }),
      });
      // As it is, with --json or without: what it looks like is not known here.
      out.raw(answer);
    },
  },
];
