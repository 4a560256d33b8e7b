// Routing rules while they are edited: each as it is typed, and what of it can be sent.
import { isJson } from '../base/json-text.ts';
import type { RoutingRule } from '../base/models.ts';

const MAX_CHANNELS = 5;

export interface DraftRule {
  /** Stays with the rule wherever it is moved. */
  readonly key: number;
  readonly when: string;
  /** One a line, or with commas between them. */
  readonly channels: string;
  readonly isLast: boolean;
}

export function draftOf({ when, set, stop }: RoutingRule, key: number): DraftRule {
  return {
    key,
    when: JSON.stringify(when, undefined, 2),
    channels: set.channels.join(', '),
    isLast: stop === true,
  };
}

export function channelsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

/** What is wrong with it before it is sent; the API has the last word. */
export function faultsOf({ when, channels }: DraftRule): { when?: string; channels?: string } {
  const names = channelsIn(channels);
  return {
    ...(!isJson(when) && { when: 'This is no JSON yet.' }),
    ...(names.length > MAX_CHANNELS && { channels: `At most ${MAX_CHANNELS} channels.` }),
    ...(new Set(names).size < names.length && { channels: 'A channel stands here twice.' }),
  };
}

/** The rules as JSON, each condition as it was typed; undefined while one of them cannot be sent. */
export function writtenRules(drafts: readonly DraftRule[]): string | undefined {
  if (drafts.some((draft) => Object.keys(faultsOf(draft)).length > 0)) return undefined;
  const rules = drafts.map(({ when, channels, isLast }) => {
    const set = JSON.stringify({ channels: channelsIn(channels) });
    return `{"when":${when},"set":${set}${isLast ? ',"stop":true' : ''}}`;
  });
  return `[${rules.join(',')}]`;
}

/** With the rule at one place and the one before or after it exchanged. */
export function moved(drafts: readonly DraftRule[], at: number, by: -1 | 1): readonly DraftRule[] {
  const [one, other] = [drafts[at], drafts[at + by]];
  if (one === undefined || other === undefined) return drafts;
  return drafts.with(at, other).with(at + by, one);
}
