// What sends to each kind of destination.
import type { KindName } from '../../core/destinations/all.ts';
import type { DestinationRules } from '../../core/destinations/http/url.ts';
import type { Sender } from '../../core/requests/sender.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { createEmailSender } from './email/sender.ts';
import { createHttpSender } from './http/sender.ts';

type CreateSender = (rules: DestinationRules, surroundings: Surroundings) => Sender;

export const SENDERS = {
  http: createHttpSender,
  email: createEmailSender,
} as const satisfies Record<KindName, CreateSender>;
