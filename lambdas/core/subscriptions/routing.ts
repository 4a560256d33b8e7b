// A tenant’s routing rules: ordered, each with a filter over an event’s data and the channels that the event then has. They
// are judged before subscriptions, within the bounds of filters.
import * as z from 'zod';
import { channelsSchema } from '../events/event.ts';
import type { Fault } from '../problem.ts';
import type { Scope } from '../scope.ts';
import { type Steps, within } from '../steps.ts';
import type { DataNode } from './filter/data.ts';
import { failuresOf } from './filter/explanation.ts';
import { compileFilter, type Filter, type FilterPattern, filterSchema } from './filter/filter.ts';
import { matchesFilter } from './filter/match.ts';

export const MAX_RULES = 50;

export const routingRuleSchema = z
  .strictObject({
    when: filterSchema,
    set: z.strictObject({ channels: channelsSchema }),
    stop: z
      .boolean()
      .optional()
      .meta({ description: 'Whether no later rule is judged for an event that this one matches.' }),
  })
  .meta({
    id: 'RoutingRule',
    example: { when: { country: ['DE', 'AT'] }, set: { channels: ['region:eu'] }, stop: true },
  });
export const routingRulesSchema = z.array(routingRuleSchema).max(MAX_RULES);

export interface RoutingRule {
  readonly when: FilterPattern;
  readonly set: { readonly channels: readonly string[] };
  readonly stop?: boolean | undefined;
}
export type RoutingRules = readonly RoutingRule[];

/** What the rules made of an event. */
export interface Routing {
  /** What its channels are by them. */
  readonly channels: readonly string[];
  /** Those that matched, by their index: the last of them set the channels. */
  readonly rules: readonly number[];
}

export interface RoutingStore {
  getRoutingRules(scope: Scope): Promise<RoutingRules>;
  /** Seen by every event that is accepted afterwards. @returns false if others stand there by now */
  replaceRoutingRules(scope: Scope, before: RoutingRules, after: RoutingRules): Promise<boolean>;
}

interface Routed {
  /** Undefined where no rule matched. */
  readonly routing: Routing | undefined;
  /** Rules that take more than their budget: they count as not matching. */
  readonly overBudget: readonly number[];
}

/** @param compiled gives a rule’s filter, and takes its steps */
export function routed(
  rules: RoutingRules,
  data: DataNode,
  newSteps: () => Steps,
  compiled: (pattern: FilterPattern, steps: Steps) => Filter,
): Routed {
  const matched: number[] = [];
  const overBudget: number[] = [];
  for (const [index, { when, stop }] of rules.entries()) {
    const steps = newSteps();
    const verdict = within(() => matchesFilter(compiled(when, steps), data, steps), 'over');
    if (verdict === 'over') overBudget.push(index);
    if (verdict !== true) continue;
    matched.push(index);
    if (stop) break;
  }
  const last = rules[matched.at(-1) ?? -1];
  const routing = last && { channels: last.set.channels, rules: matched };
  return { routing, overBudget };
}

interface RuleVerdict {
  /** `stopped` was not judged, since a rule before it matched and stops. */
  readonly verdict: 'matches' | 'fails' | 'stopped';
  readonly failures: readonly Fault[];
}

/** What fan-out counts as not matching. */
const OVER_BUDGET = 'takes more steps with this data than the rules may: it counts as not matching';
const UNEXPLAINED = 'does not match: to say why takes more steps than it may';

const failed = (message: string): RuleVerdict => ({
  verdict: 'fails',
  failures: [{ path: '', message }],
});

/**
 * Each rule as fan-out judges it, and why it does not match where it does not.
 * @param sharedSteps gives steps that all rules share, as for one event
 */
export function explainedRouting(
  rules: RoutingRules,
  data: DataNode,
  sharedSteps: () => () => Steps,
  compiled: (pattern: FilterPattern, steps: Steps) => Filter,
): RuleVerdict[] {
  const { routing, overBudget } = routed(rules, data, sharedSteps(), compiled);
  const matched = routing?.rules ?? [];
  const lastJudged = matched.find((index) => rules[index]?.stop) ?? rules.length;
  const newSteps = sharedSteps();
  return rules.map(({ when }, index): RuleVerdict => {
    if (index > lastJudged) return { verdict: 'stopped', failures: [] };
    if (matched.includes(index)) return { verdict: 'matches', failures: [] };
    if (overBudget.includes(index)) return failed(OVER_BUDGET);
    const explain = (): RuleVerdict => ({
      verdict: 'fails',
      failures: failuresOf(compileFilter(when), data, newSteps()),
    });
    return within(explain, failed(UNEXPLAINED));
  });
}
