import type { NoticeSettings, NoticeSettingsInput } from '../../models.ts';
import { etagOf } from '../../transport.ts';
import { type Command, type OptionValues, UsageError } from '../command.ts';
import { parsedObject, readInput } from '../json-input.ts';

const NONE = 'none';

export const NOTICE_COMMANDS: readonly Command[] = [
  {
    name: 'notices get',
    summary: 'show what is told of endpoints in trouble, and when',
    run: async ({ posthorn, out }) => out.one(await posthorn.notices.get()),
  },
  {
    name: 'notices set',
    summary: 'change what is told; what is not given stays',
    options: {
      kind: {
        type: 'string',
        multiple: true,
        value: 'NAME',
        help: 'what is told, such as endpoint.paused',
      },
      channel: { type: 'string', multiple: true, value: 'NAME', help: 'what every notice carries' },
      'time-zone': {
        type: 'string',
        value: 'NAME',
        help: 'of the times here, such as Europe/Berlin',
      },
      'quiet-hours': { type: 'string', value: 'FROM-TO', help: `such as 22:00-07:00, or ${NONE}` },
      digest: {
        type: 'string',
        value: 'TIME',
        help: `of the daily digest, such as 08:00, or ${NONE}`,
      },
      'slow-above': {
        type: 'string',
        value: 'MS',
        help: 'from which response time on one is slow',
      },
      link: { type: 'string', value: 'URL', help: `with {endpoint} for its id, or ${NONE}` },
      words: {
        type: 'string',
        value: 'FILE|-',
        help: `what people read, as JSON by kind, from a file or standard input; or ${NONE}`,
      },
    },
    async run({ posthorn, out, options }) {
      const changes = { ...changesIn(options), ...(await wordsIn(options.text('words'))) };
      const before = await posthorn.notices.get();
      const after = { ...before, ...changes };
      out.one(await posthorn.notices.put(after, etagOf(before)));
    },
  },
];

function changesIn(options: OptionValues): NoticeSettingsInput {
  const kinds = options.texts('kind');
  const channels = options.texts('channel');
  const timeZone = options.text('time-zone');
  const quietHours = options.text('quiet-hours');
  const digest = options.text('digest');
  const slowAboveMs = options.count('slow-above');
  const link = options.text('link');
  return {
    ...(kinds && { kinds: kinds as NoticeSettings['kinds'] }), // the service says which there are
    ...(channels && { channels }),
    ...(timeZone !== undefined && { timeZone }),
    ...(quietHours !== undefined && { quietHours: hoursIn(quietHours) }),
    ...(digest !== undefined && { digest: digest === NONE ? null : { at: digest } }),
    ...(slowAboveMs !== undefined && { slowAboveMs }),
    ...(link !== undefined && { link: link === NONE ? null : link }),
  };
}

type Words = NonNullable<NoticeSettingsInput['words']>;

async function wordsIn(file: string | undefined): Promise<Pick<NoticeSettingsInput, 'words'>> {
  if (file === undefined) return {};
  if (file === NONE) return { words: {} };
  const words = parsedObject(await readInput(file), file);
  return { words: words as Words }; // the service says what is wrong with them
}

function hoursIn(text: string): NoticeSettings['quietHours'] {
  if (text === NONE) return null;
  const [from, to, ...more] = text.split('-');
  if (!from || !to || more.length > 0) {
    throw new UsageError(`--quiet-hours ${text}: must be such as 22:00-07:00, or ${NONE}`);
  }
  return { from, to };
}
