// What the template's IAM policies allow each role: identity-based policies only, evaluated as IAM
// does (an explicit deny wins, no allow is a refusal).
import { isObject, type Json, type JsonObject, listOf, textOf } from './json.ts';
import type { Stack } from './stack.ts';

/** One thing a call needs to be allowed: an IAM action on a resource. */
export interface Need {
  action: string;
  resource: string;
  /** Condition keys that the call carries, e.g. `iam:PassedToService`. */
  context?: Record<string, string>;
}

export class Permissions {
  readonly #statements = new Map<string, JsonObject[]>();
  readonly #decisions = new Map<string, boolean>();

  constructor(stack: Stack) {
    for (const role of stack.resources('AWS::IAM::Role')) {
      const inline = listOf(role.properties.Policies).filter(isObject);
      this.#add(stack.reference(role.logicalId), inline);
    }
    for (const policy of stack.resources('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')) {
      for (const role of listOf(policy.properties.Roles))
        this.#add(textOf(role), [policy.properties]);
    }
    for (const policy of stack.resources('AWS::IAM::RolePolicy')) {
      this.#add(textOf(policy.properties.RoleName), [policy.properties]);
    }
  }

  allows(roleName: string, need: Need): boolean {
    const key = JSON.stringify([roleName, need.action, need.resource, need.context ?? null]);
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const matching = (this.#statements.get(roleName) ?? []).filter((one) => covers(one, need));
    const allowed =
      matching.some((one) => one.Effect === 'Allow') &&
      !matching.some((one) => one.Effect === 'Deny');
    // Resources such as schedules are named without end: the memory of decisions is not.
    if (this.#decisions.size >= 10_000) this.#decisions.clear();
    this.#decisions.set(key, allowed);
    return allowed;
  }

  #add(roleName: string, policies: JsonObject[]): void {
    const statements = this.#statements.get(roleName) ?? [];
    for (const policy of policies) {
      const document = policy.PolicyDocument;
      if (isObject(document)) statements.push(...listOf(document.Statement).filter(isObject));
    }
    this.#statements.set(roleName, statements);
  }
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
function conditionsHold(statement: JsonObject, context: Record<string, string>): boolean {
  const unknown = statement.Effect === 'Deny';
  if (!isObject(statement.Condition)) return true;
  return Object.entries(statement.Condition).every(([operator, keys]) => {
    if (!isObject(keys)) return unknown;
    return Object.entries(keys).every(([key, wanted]) => {
      const value = context[key];
      if (value === undefined) return unknown;
      const values = listOf(wanted).map(textOf);
      switch (operator) {
        case 'StringEquals':
          return values.includes(value);
        case 'StringLike':
        case 'ArnLike':
        case 'ArnEquals':
          return values.some((pattern) => matchesPattern(pattern, value, false));
        default:
          return unknown;
      }
    });
  });
}
