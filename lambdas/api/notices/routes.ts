// /v1/notices: what a tenant wants to be told of, read and replaced as a whole.
import {
  DEFAULT_NOTICE_SETTINGS,
  MAX_OVERRIDES,
  type NoticeSettingsStore,
  noticeSettingsInputSchema,
  noticeSettingsSchema,
} from '../../core/notices/settings.ts';
import { GATHERED_MS } from '../../core/notices/sightings.ts';
import { noticesAddress } from '../../core/notices/wake.ts';
import { type WakeAtPorts, wakeAt } from '../../core/wakes/wake-at.ts';
import { operation, type Serve } from '../../http/operation.ts';
import {
  matchHeader,
  overtaken,
  requireMatch,
  STALE,
  taggedByContent,
  tagHeader,
} from '../entity-tag.ts';

const example = {
  ...DEFAULT_NOTICE_SETTINGS,
  channels: ['ops'],
  timeZone: 'Europe/Berlin',
  quietHours: { from: '22:00', to: '07:00' },
  digest: { at: '08:00' },
  link: 'https://app.example.com/webhooks/{endpoint}',
};

export const getNoticeSettings = operation({
  id: 'getNoticeSettings',
  method: 'get',
  path: '/v1/notices',
  tag: 'Endpoints',
  summary: 'Read what is told in notices',
  access: 'endpoints:read',
  session: 'refused',
  replies: {
    200: {
      description: 'As they were put; the defaults where nothing was.',
      schema: noticeSettingsSchema,
      headers: tagHeader,
      example,
    },
  },
});

export const putNoticeSettings = operation({
  id: 'putNoticeSettings',
  method: 'put',
  path: '/v1/notices',
  tag: 'Endpoints',
  summary: 'Set what is told in notices',
  description: `Notices are events whose types begin with \`posthorn.\`; they go to the endpoints whose patterns begin with that. What the body leaves out gets its default. \`endpoints\` has at most ${MAX_OVERRIDES} entries.`,
  access: 'endpoints:write',
  session: 'refused',
  headers: matchHeader,
  body: noticeSettingsInputSchema,
  bodyExample: example,
  replies: {
    200: { description: 'Set.', schema: noticeSettingsSchema, headers: tagHeader, example },
  },
  problems: { 409: 'They were changed in the meantime.', 412: STALE },
});

interface NoticeRoutePorts extends WakeAtPorts {
  readonly registry: NoticeSettingsStore;
}

export function addNoticeRoutes(serve: Serve, ports: NoticeRoutePorts): void {
  const { registry, surroundings } = ports;

  serve(getNoticeSettings, async ({ scope, reply }) => {
    const settings = (await registry.getNoticeSettings(scope)) ?? DEFAULT_NOTICE_SETTINGS;
    return reply(200, settings, taggedByContent(settings));
  });

  serve(putNoticeSettings, async ({ c, scope, body, reply }) => {
    const before = await registry.getNoticeSettings(scope);
    requireMatch(c, taggedByContent(before ?? DEFAULT_NOTICE_SETTINGS));
    const replace = () => registry.replaceNoticeSettings(scope, before, body);
    // The next digest, and the end of quiet hours, may be sooner now.
    const atMs = surroundings.now() + GATHERED_MS;
    if (!(await wakeAt(ports, noticesAddress(scope), atMs, replace))) throw overtaken(c);
    return reply(200, body, taggedByContent(body));
  });
}
