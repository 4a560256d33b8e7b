import type { Command } from '../command.ts';
import { ANALYTICS_COMMANDS } from './analytics.ts';
import { API_COMMANDS } from './api.ts';
import { DEAD_LETTER_COMMANDS } from './dead-letters.ts';
import { DELIVERY_COMMANDS } from './deliveries.ts';
import { ENDPOINT_COMMANDS } from './endpoints.ts';
import { EVENT_TYPE_COMMANDS } from './event-types.ts';
import { EVENT_COMMANDS } from './events.ts';
import { IMPORT_COMMANDS } from './imports.ts';
import { KEY_COMMANDS } from './keys.ts';
import { LISTEN_COMMANDS } from './listen.ts';
import { NOTICE_COMMANDS } from './notices.ts';
import { REPLAY_COMMANDS } from './replays.ts';
import { ROUTING_COMMANDS } from './routing-rules.ts';
import { SESSION_COMMANDS } from './sessions.ts';
import { TENANT_COMMANDS } from './tenants.ts';
import { TRANSFORM_COMMANDS } from './transforms.ts';

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...EVENT_COMMANDS,
  ...ENDPOINT_COMMANDS,
  ...DELIVERY_COMMANDS,
  ...LISTEN_COMMANDS,
  ...REPLAY_COMMANDS,
  ...ANALYTICS_COMMANDS,
  ...EVENT_TYPE_COMMANDS,
  ...TRANSFORM_COMMANDS,
  ...ROUTING_COMMANDS,
  ...NOTICE_COMMANDS,
  ...KEY_COMMANDS,
  ...SESSION_COMMANDS,
  ...TENANT_COMMANDS,
  ...IMPORT_COMMANDS,
  ...DEAD_LETTER_COMMANDS,
  ...API_COMMANDS,
];
