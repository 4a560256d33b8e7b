// What stays when a stack goes, or when its first deployment fails: only what has a generated name, so that nothing is in
// the way of the next deployment.
import { describe, expect, it } from 'vitest';
import { type Resource, resourcesOf, templateOf } from '../builders/stack.ts';
import { EVERY_SETTING, VARIANTS } from './variants.ts';

/** Properties that give a resource its own name, of any type. */
const NAMES = /^(Name|\w+Name|ReplicationGroupId)$/;
/** These end in `Name` and name something else. */
const OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::EventSourceMapping': ['FunctionName'],
  'AWS::Lambda::Permission': ['FunctionName'],
};

function givenNames({ Type, Properties = {} }: Resource): string[] {
  return Object.keys(Properties).filter(
    (name) => NAMES.test(name) && !OF_OTHERS[Type]?.includes(name),
  );
}

const policyOf = (one: Resource) => one.DeletionPolicy ?? 'Delete';

/** `<deletion policy> <update policy> <type>` of all that may stay, with its number. */
function staying(settings: object): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of resourcesOf(templateOf(settings))) {
    if (policyOf(one) === 'Delete' && (one.UpdateReplacePolicy ?? 'Delete') === 'Delete') continue;
    const kind = `${one.Type} ${policyOf(one)} ${one.UpdateReplacePolicy}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const SECRETS = { 'AWS::SecretsManager::Secret RetainExceptOnCreate Retain': 2 };
const TABLES = { 'AWS::DynamoDB::GlobalTable Retain Retain': 2 };
const ARCHIVE = { 'AWS::S3::Bucket Retain Retain': 1 };
const ADDRESSES = { 'AWS::EC2::EIP RetainExceptOnCreate Retain': 2 };

describe('what stays', () => {
  it.each([
    ['of the default', {}, { ...SECRETS, ...TABLES, ...ARCHIVE }],
    ['of every setting', EVERY_SETTING, { ...SECRETS, ...TABLES, ...ARCHIVE, ...ADDRESSES }],
    ['of every setting without data', { ...EVERY_SETTING, retainData: false }, SECRETS],
  ])('%s is this alone', (_, settings, kinds) => {
    expect(staying(settings)).toEqual(kinds);
  });

  it.each(Object.entries(VARIANTS))('has no name of its own: %s', (_, settings) => {
    const all = resourcesOf(templateOf(settings));
    const named = all.filter((one) => policyOf(one) !== 'Delete' && givenNames(one).length > 0);
    expect(named.map(({ id }) => id)).toEqual([]);
    // The test sees names at all: that of the group of schedules is fixed.
    expect(all.filter((one) => givenNames(one).length > 0).length).toBeGreaterThan(0);
  });
});
