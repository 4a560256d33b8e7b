// What an event is in each chat: recorded bodies, checked by eye against the services' pages, and how paths and texts of
// one's own are read.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHATS } from '../../../../lambdas/core/contracts/all.ts';
import {
  messageOfEvent,
  messageOptionsSchema,
} from '../../../../lambdas/core/contracts/messages/of-event.ts';
import {
  pathsIn,
  rendered,
  valuesAt,
} from '../../../../lambdas/core/contracts/messages/placeholders.ts';
import { anEvent } from '../../../builders/events.ts';
import { form } from '../form.ts';
import { cardFaults } from './adaptive-card.ts';

const EVENT = anEvent({
  type: 'identity_document.approved',
  subject: 'ses_42',
  data: '{"person":{"name":"Zoë <b>O’Neil</b>"},"risk":{"score":12345678901234567890.50},"flags":["pep",null],"note":null}',
});
const PORTAL = 'https://app.acme.io/webhooks?tab=deliveries&env=live';
const MESSAGES = {
  default: {},
  chosen: { fields: ['data.person.name', 'data.risk.score', 'data.flags', 'data.note', 'time'] },
  own: {
    title: 'Approved: {{data.person.name}}',
    message:
      'Score {{data.risk.score}}, flagged *{{data.flags.0}}*.\nNothing here: {{data.nothing}}',
  },
};

describe.each(Object.keys(CHATS) as (keyof typeof CHATS)[])('%s', (contract) => {
  const recorded = JSON.parse(
    readFileSync(new URL(`recorded/${contract}.json`, import.meta.url), 'utf8'),
  );

  it.each(Object.entries(MESSAGES))('writes the %s message as recorded', async (name, options) => {
    const { body, rawHeaders } = await form(contract, {
      event: EVENT,
      options,
      facts: { portal: PORTAL },
    });
    const sent = JSON.parse(body.toString('utf8'));
    expect(sent).toEqual(recorded[name]);
    if (contract === 'teams') expect(cardFaults(sent.attachments[0].content)).toEqual([]);
    expect(rawHeaders).toEqual([
      ['Content-Type', 'application/json'],
      ['User-Agent', expect.stringMatching(/^Posthorn\//)],
    ]);
  });

  it('holds no link where the stack has no page for it', async () => {
    const { body } = await form(contract, { event: EVENT });
    const { content } = JSON.parse(body.toString('utf8')).attachments?.[0] ?? {};
    expect(content?.actions).toBeUndefined();
    expect(body.toString('utf8').replace(content?.$schema, '')).not.toMatch(/https?:\/\//);
  });
});

describe('the message of an event', () => {
  const of = (options: object, event = EVENT) =>
    messageOfEvent({ event, tenantName: 'Acme' }, messageOptionsSchema.parse(options));

  it('has its type in words, its type and its subject', () => {
    expect(of({})).toEqual({
      title: 'Identity document approved',
      sentences: [''],
      fields: [
        { name: 'Type', value: 'identity_document.approved' },
        { name: 'Subject', value: 'ses_42' },
      ],
      link: undefined,
    });
  });

  it('falls back to the type where a title of its own shows nothing', () => {
    const event = anEvent({ type: 'a.b', data: '{"x":" \\u200b\\n"}' });
    expect(of({ title: '{{data.x}}{{subject}}' }, event).title).toBe('A b');
    expect(of({}, anEvent({ type: '_' })).title).toBe('_');
  });

  it('is nothing but the type where the data is redacted', () => {
    const event = anEvent({ data: 'null', redactedAtMs: 1 });
    expect(of({ fields: ['data.a'] }, event).fields).toEqual([{ name: 'Type', value: event.type }]);
  });
});

describe('values by their paths', () => {
  const at = (data: string, ...paths: string[]) =>
    Object.fromEntries(valuesAt(anEvent({ data }), 'Acme', paths));

  it('are the digits of the data, text without quotation marks, and the source of all else', () => {
    expect(
      at(
        '{"a":1.10,"b":"\\u00e9\\n","c":{ "d" : [true, 2e3] },"e":false}',
        'data.a',
        'data.b',
        'data.c',
        'data.c.d.1',
        'data.e',
      ),
    ).toEqual({
      'data.a': '1.10',
      'data.b': 'é\n',
      'data.c': '{ "d" : [true, 2e3] }',
      'data.c.d.1': '2e3',
      'data.e': 'false',
    });
  });

  it('are not there for null, for what is missing, and below what is no object', () => {
    expect(at('{"a":null,"b":"x"}', 'data.a', 'data.b.length', 'data.c', 'data.__proto__')).toEqual(
      {},
    );
  });

  it('are the later of two members of one name', () => {
    expect(at('{"a":1,"a":2}', 'data.a')).toEqual({ 'data.a': '2' });
    expect(at('{"a":1,"a":null}', 'data.a')).toEqual({});
  });

  it('are found in data of any depth without recursion', () => {
    const deep = `{"a":1,"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(at(deep, 'data.a')).toEqual({ 'data.a': '1' });
  });

  it('are facts of the event beside its data', () => {
    const event = anEvent({ subject: 's' });
    const values = valuesAt(event, 'Acme', ['id', 'type', 'time', 'tenant', 'subject']);
    expect([...values.keys()].sort()).toEqual(['id', 'subject', 'tenant', 'time', 'type']);
    expect(values.get('time')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });
});

describe('a text with paths in braces', () => {
  it('takes values as they are, and never for paths', () => {
    const values = new Map([
      ['data.a', '{{data.b}}'],
      ['data.b', 'b'],
    ]);
    expect(rendered('{{ data.a }}-{{data.b}}-{{data.c}}}', values)).toBe('{{data.b}}-b-}');
    expect(pathsIn('{{ data.a }}{{type}}')).toEqual(['data.a', 'type']);
  });

  const faultsOf = (options: object) =>
    messageOptionsSchema
      .safeParse(options)
      .error?.issues.map(({ path, message }) => [path.join('.'), message]) ?? [];

  it.each([
    [{ message: 'a {{data.b' }, 'message', /without }}/],
    [{ message: '{{body}}' }, 'message', /holds {{body}}/],
    [{ message: '{{data}}' }, 'message', /must be id, type/],
    [{ message: '{{#if a}}' }, 'message', /must be id, type/],
    [{ message: `{{data${'.a'.repeat(9)}}}` }, 'message', /up to 8/],
    [{ message: '{{id}}'.repeat(21) }, 'message', /at most 20/],
    [{ message: 'x'.repeat(2_001) }, 'message', /2000/],
    [{ title: 'x'.repeat(257) }, 'title', /256/],
    [{ title: '' }, 'title', /./],
    [{ fields: Array.from({ length: 9 }, (_, at) => `data.f${at}`) }, 'fields', /at most 8/],
    [{ fields: ['id', 'id'] }, 'fields', /not repeat/],
    [{ fields: ['data.a b'] }, 'fields.0', /must be id/],
    [{ other: 1 }, '', /other/],
  ])('is refused: %j', (options, path, message) => {
    expect(faultsOf(options)).toEqual([[path, expect.stringMatching(message)]]);
  });
});
