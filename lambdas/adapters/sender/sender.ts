// The sender of requests to destinations of all kinds: each kind's own is made at its first request.
import type { DestinationRules } from '../../core/destinations/http/url.ts';
import type { Sender } from '../../core/requests/sender.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { SENDERS } from './all.ts';

export function createSender(rules: DestinationRules, surroundings: Surroundings): Sender {
  const made = new Map<string, Sender>();
  const senders = new Map(Object.entries(SENDERS));

  function senderOf(kind: string): Sender | undefined {
    const sender = made.get(kind) ?? senders.get(kind)?.(rules, surroundings);
    if (sender) made.set(kind, sender);
    return sender;
  }

  return {
    send(request) {
      const sender = senderOf(request.kind);
      if (!sender) throw new TypeError(`nothing sends to destinations of the kind ${request.kind}`);
      return sender.send(request);
    },
  };
}
