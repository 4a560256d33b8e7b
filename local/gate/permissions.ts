// What the template's IAM policies allow each role: identity-based policies only, evaluated as IAM
// does (an explicit deny wins, no allow is a refusal).
import { isObject, type Json, type JsonObject, listOf, textOf } from '../json.ts';
import type { Stack } from '../stack/stack.ts';

type Context = Readonly<Record<string, string | readonly string[]>>;

/** One thing a call needs to be allowed: an IAM action on a resource. */
export interface Need {
  action: string;
  resource: string;
  /** Condition keys that the call carries, e.g. `iam:PassedToService`; a list where a key has several values. */
  context?: Context;
}

/** One action on one resource that a role is allowed, as the template writes them. */
export interface Grant {
  readonly roleName: string;
  readonly action: string;
  readonly resource: string;
}

export interface Denial {
  readonly roleName: string;
  readonly need: Need;
}

interface Rules {
  readonly denials: JsonObject[];
  readonly grants: { readonly grant: Grant; readonly statement: JsonObject }[];
}

interface Decision {
  readonly allowed: boolean;
  readonly grants: readonly Grant[];
}

/** By the role's name: plain data, so that another thread may have it. */
export type RulesByRole = ReadonlyMap<string, Rules>;

/** What calls rested on, by the grants' places among all, and what was refused. */
export interface Uses {
  readonly used: readonly number[];
  readonly denied: readonly Denial[];
}

/** The same grants, enforced in another thread. */
interface Elsewhere {
  withhold(grant: number | undefined): void;
  record(andForget: boolean): Uses;
}

const MAX_DECISIONS = 10_000;
const MAX_DENIALS = 1_000;

export class Permissions {
  readonly rules: RulesByRole;
  readonly #grants: readonly Grant[];
  readonly #decisions = new Map<string, Decision>();
  readonly #used = new Set<Grant>();
  readonly #denied: Denial[] = [];
  #withheld: Grant | undefined;

  #elsewhere: Elsewhere | undefined;

  constructor(rules: RulesByRole) {
    this.rules = rules;
    this.#grants = [...rules.values()].flatMap(({ grants }) => grants.map(({ grant }) => grant));
  }

  /** Those of the template, here and from now on in another thread too. */
  alsoIn(elsewhere: Elsewhere): void {
    this.#elsewhere = elsewhere;
  }

  allows(roleName: string, need: Need): boolean {
    const key = JSON.stringify([roleName, need.action, need.resource, need.context ?? null]);
    const decision = this.#decisions.get(key) ?? this.#decide(roleName, need);
    // Resources such as schedules are named without end: the memory of decisions is not.
    if (this.#decisions.size >= MAX_DECISIONS) this.#decisions.clear();
    this.#decisions.set(key, decision);
    for (const grant of decision.grants) this.#used.add(grant);
    if (!decision.allowed && this.#denied.length < MAX_DENIALS) {
      this.#denied.push({ roleName, need });
    }
    return decision.allowed;
  }

  /** Every grant of the template. */
  grants(): readonly Grant[] {
    return this.#grants;
  }

  /** What calls rested on, and what was refused, since this was last asked. */
  takeRecord(): { readonly used: ReadonlySet<Grant>; readonly denied: readonly Denial[] } {
    const { used, denied } = this.record(true);
    return { used: new Set(this.#grants.filter((_, index) => used.includes(index))), denied };
  }

  /** What was refused since the record was last taken. */
  get denied(): readonly Denial[] {
    return this.record(false).denied;
  }

  record(andForget: boolean): Uses {
    const elsewhere = this.#elsewhere?.record(andForget) ?? { used: [], denied: [] };
    const used = [...this.#used].map((grant) => this.#grants.indexOf(grant));
    const denied = [...this.#denied, ...elsewhere.denied];
    if (andForget) {
      this.#used.clear();
      this.#denied.length = 0;
    }
    return { used: [...used, ...elsewhere.used], denied };
  }

  /** For tests: acts as if the template did not have this grant, until it is called again. */
  withhold(grant: Grant | undefined): void {
    this.#withheld = grant;
    this.#decisions.clear();
    this.#elsewhere?.withhold(grant && this.#grants.indexOf(grant));
  }

  #decide(roleName: string, need: Need): Decision {
    const { denials, grants } = this.rules.get(roleName) ?? { denials: [], grants: [] };
    if (denials.some((one) => covers(one, need))) return { allowed: false, grants: [] };
    const matching = grants
      .filter(({ grant, statement }) => grant !== this.#withheld && covers(statement, need))
      .map(({ grant }) => grant);
    return { allowed: matching.length > 0, grants: matching };
  }
}

export function rulesOf(stack: Stack): RulesByRole {
  const rules = new Map<string, Rules>();
  const add = (roleName: string, policies: JsonObject[]): void => {
    const ofRole = rules.get(roleName) ?? { denials: [], grants: [] };
    rules.set(roleName, ofRole);
    for (const policy of policies) {
      const document = policy.PolicyDocument;
      const statements = isObject(document) ? listOf(document.Statement).filter(isObject) : [];
      for (const statement of statements) {
        if (statement.Effect === 'Deny') ofRole.denials.push(statement);
        if (statement.Effect === 'Allow') {
          for (const { action, resource, statement: part } of partsOf(statement)) {
            ofRole.grants.push({ grant: { roleName, action, resource }, statement: part });
          }
        }
      }
    }
  };
  for (const role of stack.resources('AWS::IAM::Role')) {
    const inline = listOf(role.properties.Policies).filter(isObject);
    add(stack.reference(role.logicalId), inline);
  }
  for (const policy of stack.resources('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')) {
    for (const role of listOf(policy.properties.Roles)) add(textOf(role), [policy.properties]);
  }
  for (const policy of stack.resources('AWS::IAM::RolePolicy')) {
    add(textOf(policy.properties.RoleName), [policy.properties]);
  }
  return rules;
}

/** A statement as statements of one action and one resource each; one that says what it is not stays whole. */
function partsOf(statement: JsonObject) {
  const { Action, Resource, NotAction, NotResource } = statement;
  if (NotAction !== undefined || NotResource !== undefined) {
    const action = `all but ${JSON.stringify(NotAction ?? null)}`;
    return [{ action, resource: JSON.stringify(NotResource ?? Resource ?? null), statement }];
  }
  return listOf(Action).flatMap((action) =>
    listOf(Resource).map((resource) => ({
      action: textOf(action),
      resource: textOf(resource),
      statement: { ...statement, Action: action, Resource: resource },
    })),
  );
}

function covers(statement: JsonObject, need: Need): boolean {
  const actions = statement.NotAction ?? statement.Action;
  const resources = statement.NotResource ?? statement.Resource;
  const action = matchesAny(actions, need.action, true) !== (statement.NotAction !== undefined);
  const resource =
    matchesAny(resources, need.resource, false) !== (statement.NotResource !== undefined);
  return action && resource && conditionsHold(statement, need.context ?? {});
}

function matchesAny(patterns: Json | undefined, value: string, ignoreCase: boolean): boolean {
  return listOf(patterns).some((pattern) => matchesPattern(textOf(pattern), value, ignoreCase));
}

function matchesPattern(pattern: string, value: string, ignoreCase: boolean): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(value);
}

/** An operator this does not know fails an allow and holds for a deny: the strict side of both. */
function conditionsHold(statement: JsonObject, context: Context): boolean {
  const unknown = statement.Effect === 'Deny';
  if (!isObject(statement.Condition)) return true;
  return Object.entries(statement.Condition).every(([operator, keys]) => {
    if (!isObject(keys)) return unknown;
    return Object.entries(keys).every(([key, wanted]) => {
      const value = context[key];
      const values = listOf(wanted).map(textOf);
      const isLike = (one: string) => values.some((pattern) => matchesPattern(pattern, one, false));
      switch (operator) {
        case 'StringEquals':
          return typeof value === 'string' ? values.includes(value) : unknown;
        case 'StringLike':
        case 'ArnLike':
        case 'ArnEquals':
          return typeof value === 'string' ? isLike(value) : unknown;
        case 'ForAllValues:StringLike':
          return Array.isArray(value) ? value.every(isLike) : unknown;
        default:
          return unknown;
      }
    });
  });
}
