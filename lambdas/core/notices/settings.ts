// What a tenant wants to be told of, and when.
import * as z from 'zod';
import { noticeWordsSchema } from '../contracts/messages/words.ts';
import { channelsSchema } from '../events/event.ts';
import { isId } from '../identifiers.ts';
import type { Scope } from '../scope.ts';
import { NOTICE_KINDS, type NoticeKind } from './kinds.ts';
import { timeOfDaySchema, timeZoneSchema } from './local-time.ts';

export const MAX_OVERRIDES = 200;
const MAX_LINK = 500;
/** What stands for the endpoint's id in a link. */
const ENDPOINT = '{endpoint}';

const kindsSchema = z
  .array(z.enum(NOTICE_KINDS))
  .refine((kinds) => new Set(kinds).size === kinds.length, 'must not repeat a kind')
  .meta({ uniqueItems: true });
/** Shorter is not noticed: see endpoints/slow-lane.ts. */
const slowAboveMsSchema = z.int().min(1_000).max(30_000);

const quietHoursSchema = z
  .strictObject({ from: timeOfDaySchema, to: timeOfDaySchema })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must differ from from' });

const overridesSchema = z
  .record(
    z.string().refine((id) => isId('ep', id), 'must be the id of an endpoint'),
    z.strictObject({ kinds: kindsSchema.optional(), slowAboveMs: slowAboveMsSchema.optional() }),
  )
  .refine((all) => Object.keys(all).length <= MAX_OVERRIDES, `must be at most ${MAX_OVERRIDES}`);

const members = {
  channels: channelsSchema.describe('What every notice carries: endpoints may be bound to them.'),
  kinds: kindsSchema.describe('What is told.'),
  timeZone: timeZoneSchema,
  quietHours: quietHoursSchema
    .nullable()
    .describe('Nothing is told in these hours; it is told when they end.'),
  digest: z
    .strictObject({ at: timeOfDaySchema })
    .nullable()
    .describe('The time of day of the daily digest; null for none.'),
  slowAboveMs: slowAboveMsSchema.describe(
    'The 95th percentile of response times from which on an endpoint is slow.',
  ),
  link: z
    .string()
    .max(MAX_LINK, `must be at most ${MAX_LINK} characters`)
    .refine(isHttps, 'must be an https URL')
    .refine((link) => link.split(ENDPOINT).length <= 2, `must have ${ENDPOINT} once at most`)
    .nullable()
    .meta({
      description:
        'The page that notices link to, such as the one that embeds the portal; `{endpoint}` in it stands for the endpoint’s id.',
      example: 'https://app.example.com/webhooks/{endpoint}',
    }),
  endpoints: overridesSchema.describe('What is different for some endpoints, by their ids.'),
  words: noticeWordsSchema.optional().meta({
    description:
      'What people read in chats and mails, by kind, in place of the English words; `{{name}}` and the like stand for members of the notice.',
    example: {
      'endpoint.paused': {
        title: '{{name}} ist angehalten',
        text: 'Seit {{since}}.\nEs warten {{waiting}} Zustellungen.',
        link: 'Ansehen',
      },
    },
  }),
};

export const noticeSettingsSchema = z.strictObject(members).meta({ id: 'NoticeSettings' });
export type NoticeSettings = z.infer<typeof noticeSettingsSchema>;

/** What is left out has its default. */
export const noticeSettingsInputSchema = z
  .strictObject({
    channels: members.channels.default([]),
    kinds: members.kinds.default([...NOTICE_KINDS]),
    timeZone: members.timeZone.default('UTC'),
    quietHours: members.quietHours.default(null),
    digest: members.digest.default(null),
    slowAboveMs: members.slowAboveMs.default(5_000),
    link: members.link.default(null),
    endpoints: members.endpoints.default({}),
    words: members.words.default({}),
  })
  .meta({ id: 'NoticeSettingsInput' });

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:';
}

export const DEFAULT_NOTICE_SETTINGS: NoticeSettings = noticeSettingsInputSchema.parse({});

export interface NoticeSettingsStore {
  /** Undefined where none were put. */
  getNoticeSettings(scope: Scope): Promise<NoticeSettings | undefined>;
  /** @returns false if others stand there by now */
  replaceNoticeSettings(
    scope: Scope,
    before: NoticeSettings | undefined,
    after: NoticeSettings,
  ): Promise<boolean>;
  removeNoticeSettings(scope: Scope): Promise<void>;
}

/** What is told about one endpoint. */
export function kindsFor(settings: NoticeSettings, endpointId: string): readonly NoticeKind[] {
  return settings.endpoints[endpointId]?.kinds ?? settings.kinds;
}

export function slowAboveMsFor(settings: NoticeSettings, endpointId: string): number {
  return settings.endpoints[endpointId]?.slowAboveMs ?? settings.slowAboveMs;
}

export function linkTo({ link }: NoticeSettings, endpointId: string): string | null {
  if (link === null) return null;
  const whole = link.replaceAll(ENDPOINT, endpointId);
  // Links that were set in older versions may have it often.
  return whole.length <= MAX_LINK + endpointId.length ? whole : null;
}
