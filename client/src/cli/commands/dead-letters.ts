import { type Command, type Option, type OptionValues, UsageError } from '../command.ts';

const QUEUES = ['events', 'wakes'] as const;

const OPTIONS: Readonly<Record<string, Option>> = {
  queue: { type: 'string', value: 'NAME', help: `required: ${QUEUES.join(' or ')}` },
  limit: { type: 'string', value: 'N', help: 'at most this many messages' },
};

/** With the operator's key. */
export const DEAD_LETTER_COMMANDS: readonly Command[] = [
  {
    name: 'dead-letters list',
    summary: 'list messages that the service itself could not process',
    options: OPTIONS,
    async run({ posthorn, out, options }) {
      const letters = await posthorn.deadLetters.list(queueOf(options), options.count('limit'));
      out.list(letters, ({ id, queue, sentAt, receives, bytes }) => ({
        id,
        queue,
        sent: sentAt,
        receives,
        bytes,
      }));
    },
  },
  {
    name: 'dead-letters redrive',
    summary: 'send dead letters back to their queue',
    options: OPTIONS,
    async run({ posthorn, out, options }) {
      out.one(await posthorn.deadLetters.redrive(queueOf(options), options.count('limit')));
    },
  },
];

function queueOf(options: OptionValues): (typeof QUEUES)[number] {
  const queue = options.oneOf('queue', QUEUES);
  if (!queue) throw new UsageError('--queue is missing');
  return queue;
}
