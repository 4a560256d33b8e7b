// The documented cases of the EventBridge pattern language, as literals: from its user guide (comparison
// operators, arrays, null values, $or) and from the README of event-ruler.
import { describe, expect, test } from 'vitest';
import { indexData } from '../../../../lambdas/core/subscriptions/filter/data.ts';
import {
  compileFilter,
  type FilterPattern,
  filterSchema,
} from '../../../../lambdas/core/subscriptions/filter/filter.ts';
import { matchesFilter } from '../../../../lambdas/core/subscriptions/filter/match.ts';
import { filterSteps } from '../../../../lambdas/core/subscriptions/targets.ts';

type Case = readonly [filter: FilterPattern, data: object, matches: boolean];

/** The sample event of event-ruler's README. */
const sample = {
  version: '0',
  id: 'ddddd4-aaaa-7777-4444-345dd43cc333',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '012345679012',
  time: '2017-10-02T16:24:49Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000'],
  detail: {
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    'instance-id': 'i-000000aaaaaa00000',
    state: 'running',
  },
};
const detail = (pattern: FilterPattern): FilterPattern => ({ detail: pattern });

const values: readonly Case[] = [
  [
    {
      'detail-type': ['EC2 Instance State-change Notification'],
      resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000'],
      detail: { state: ['initializing', 'running'] },
    },
    sample,
    true,
  ],
  [detail({ state: ['initializing', 'running'] }), { detail: { state: 'initializing' } }, true],
  [detail({ state: ['initializing', 'running'] }), { detail: { state: 'stopped' } }, false],
  [{ Location: ['New York'], Day: ['Monday'] }, { Location: 'New York', Day: 'Monday' }, true],
  [{ Location: ['New York'], Day: ['Monday'] }, { Location: 'New York', Day: 'Tuesday' }, false],
  [{ Name: ['Alice'] }, { Name: 'Alice' }, true],
  [{ Name: ['Alice'] }, { Name: 'alice' }, false],
  [{ Price: [100] }, { Price: 100.0 }, true],
  [{ Price: [100] }, { Price: '100' }, false],
  [{ LastName: [''] }, { LastName: '' }, true],
  [{ LastName: [''] }, { LastName: null }, false],
  [{ LastName: [''] }, {}, false],
  [{ UserID: [null] }, { UserID: null }, true],
  [{ UserID: [null] }, { UserID: '' }, false],
  [{ UserID: [null] }, {}, false],
  [{ paid: [true] }, { paid: true }, true],
  [{ paid: [true] }, { paid: 'true' }, false],
  [{ PaymentType: ['Credit', 'Debit'] }, { PaymentType: 'Debit' }, true],
];

const texts: readonly Case[] = [
  [{ time: [{ prefix: '2017-10-02' }] }, sample, true],
  [{ time: [{ prefix: '2017-10-03' }] }, sample, false],
  [{ region: [{ prefix: 'us-' }] }, { region: 'eu-west-1' }, false],
  [{ source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, sample, true],
  [{ service: [{ prefix: { 'equals-ignore-case': 'eventb' } }] }, { service: 'EventBridge' }, true],
  [{ service: [{ prefix: 'eventb' }] }, { service: 'EventBridge' }, false],
  [{ source: [{ suffix: 'ec2' }] }, sample, true],
  [{ FileName: [{ suffix: '.png' }] }, { FileName: 'a.jpg' }, false],
  [{ source: [{ suffix: { 'equals-ignore-case': 'EC2' } }] }, sample, true],
  [
    { service: [{ suffix: { 'equals-ignore-case': 'tBridge' } }] },
    { service: 'EVENTBRIDGE' },
    true,
  ],
  [{ Name: [{ 'equals-ignore-case': 'alice' }] }, { Name: 'ALICE' }, true],
  [{ Name: [{ 'equals-ignore-case': 'alice' }] }, { Name: 'ALICIA' }, false],
  [{ Price: [{ prefix: '10' }] }, { Price: 100 }, false],
  [{ FileName: [{ wildcard: 'dir/*.png' }] }, { FileName: 'dir/a/b.png' }, true],
  [{ FileName: [{ wildcard: 'dir/*.png' }] }, { FileName: 'other/a.png' }, false],
  [{ source: [{ wildcard: 'Simple*Service' }] }, { source: 'SimpleNotificationService' }, true],
  [{ source: [{ wildcard: 'Simple*Service' }] }, { source: 'SimpleService' }, true],
  [{ path: [{ wildcard: '*/users/*/bin/*' }] }, { path: '/home/users/ann/bin/ls' }, true],
  [{ path: [{ wildcard: 'a\\*b' }] }, { path: 'a*b' }, true],
  [{ path: [{ wildcard: 'a\\*b' }] }, { path: 'axb' }, false],
  [{ path: [{ wildcard: 'C:\\\\*' }] }, { path: 'C:\\temp' }, true],
];

const exclusions: readonly Case[] = [
  [detail({ state: [{ 'anything-but': 'initializing' }] }), sample, true],
  [detail({ state: [{ 'anything-but': 'running' }] }), sample, false],
  [detail({ state: [{ 'anything-but': 'running' }] }), { detail: {} }, false],
  [detail({ 'x-limit': [{ 'anything-but': 123 }] }), sample, true],
  [detail({ 'x-limit': [{ 'anything-but': 301.8 }] }), sample, false],
  [detail({ state: [{ 'anything-but': ['stopped', 'overloaded'] }] }), sample, true],
  [detail({ state: [{ 'anything-but': ['stopped', 'running'] }] }), sample, false],
  [detail({ 'x-limit': [{ 'anything-but': [100, 200, 300] }] }), sample, true],
  [detail({ state: [{ 'anything-but': { prefix: 'init' } }] }), sample, true],
  [detail({ state: [{ 'anything-but': { prefix: ['init', 'run'] } }] }), sample, false],
  [detail({ 'instance-id': [{ 'anything-but': { suffix: '1234' } }] }), sample, true],
  [detail({ 'instance-id': [{ 'anything-but': { suffix: ['1234', '0000'] } }] }), sample, false],
  [detail({ state: [{ 'anything-but': { 'equals-ignore-case': 'RUNNING' } }] }), sample, false],
  [
    detail({ state: [{ 'anything-but': { 'equals-ignore-case': ['Stopped', 'OverLoaded'] } }] }),
    sample,
    true,
  ],
  [{ file: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, { file: '/usr/lib/a.so' }, false],
  [{ file: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, { file: '/usr/bin/a' }, true],
  [
    { file: [{ 'anything-but': { wildcard: ['*/bin/*.jar', '*/bin/*.class'] } }] },
    { file: '/x/bin/A.class' },
    false,
  ],
];

const numbersAndAddresses: readonly Case[] = [
  [
    detail({
      'c-count': [{ numeric: ['>', 0, '<=', 5] }],
      'd-count': [{ numeric: ['<', 10] }],
      'x-limit': [{ numeric: ['=', 3.018e2] }],
    }),
    sample,
    true,
  ],
  [{ Price: [{ numeric: ['>', 10, '<=', 20] }] }, { Price: 20 }, true],
  [{ Price: [{ numeric: ['>', 10, '<=', 20] }] }, { Price: 10 }, false],
  [{ Price: [{ numeric: ['>=', 10] }] }, { Price: 10 }, true],
  [{ Price: [{ numeric: ['<', -5.5] }] }, { Price: -5.6 }, true],
  [{ Price: [{ numeric: ['=', 100] }] }, { Price: 'x' }, false],
  [{ Price: [{ numeric: ['=', 100] }] }, { Price: '100' }, false],
  [detail({ 'source-ip': [{ cidr: '10.0.0.0/24' }] }), sample, true],
  [detail({ 'source-ip': [{ cidr: '10.0.1.0/24' }] }), sample, false],
  [{ ip: [{ cidr: '2001:db8::/32' }] }, { ip: '2001:db8:1::5' }, true],
  [{ ip: [{ cidr: '10.0.0.0/8' }] }, { ip: 'ten' }, false],
];

const presence: readonly Case[] = [
  [detail({ 'c-count': [{ exists: true }] }), sample, true],
  [detail({ 'c-count': [{ exists: false }] }), sample, false],
  [detail({ 'e-count': [{ exists: false }] }), sample, true],
  // Only leaves exist.
  [detail({ 'c-count': [{ exists: false }] }), { detail: { 'c-count': { c1: 100 } } }, true],
  [detail({ 'c-count': [{ exists: true }] }), { detail: { 'c-count': { c1: 100 } } }, false],
  [{ ProductName: [{ exists: true }] }, { ProductName: null }, true],
  [{ ProductName: [{ exists: true }] }, { ProductName: [] }, false],
];

const alternatives: readonly Case[] = [
  [{ $or: [{ Location: ['New York'] }, { Day: ['Monday'] }] }, { Day: 'Monday' }, true],
  [{ $or: [{ Location: ['New York'] }, { Day: ['Monday'] }] }, { Day: 'Friday' }, false],
  [
    { source: ['aws.cloudwatch'], $or: [{ metricName: ['CPU'] }, { namespace: ['AWS/EC2'] }] },
    { source: 'aws.cloudwatch', namespace: 'AWS/EC2' },
    true,
  ],
  [
    { source: ['aws.cloudwatch'], $or: [{ metricName: ['CPU'] }, { namespace: ['AWS/EC2'] }] },
    { source: 'aws.ec2', namespace: 'AWS/EC2' },
    false,
  ],
  [
    {
      $or: [{ metricName: ['CPU'] }, { namespace: ['AWS/ES'] }],
      detail: { $or: [{ source: ['aws'] }, { kind: ['alarm'] }] },
    },
    { metricName: 'CPU', detail: { kind: 'alarm' } },
    true,
  ],
  [
    {
      source: ['cw'],
      $or: [
        { metricName: ['CPU'] },
        { metricType: ['T'], namespace: ['N'], $or: [{ metricId: [1234] }, { spaceId: [1000] }] },
        { scope: ['Service'] },
      ],
    },
    { source: 'cw', metricType: 'T', namespace: 'N', spaceId: 1000 },
    true,
  ],
  [
    {
      source: ['cw'],
      $or: [
        { metricName: ['CPU'] },
        { metricType: ['T'], namespace: ['N'], $or: [{ metricId: [1234] }, { spaceId: [1000] }] },
      ],
    },
    { source: 'cw', metricType: 'T', namespace: 'N', spaceId: 1 },
    false,
  ],
];

const staff = {
  employees: [
    { firstName: 'John', lastName: 'Doe' },
    { firstName: 'Anna', lastName: 'Smith' },
    { firstName: 'Peter', lastName: 'Jones' },
  ],
};
const arrays: readonly Case[] = [
  [{ groups: ['a', 'b'] }, { groups: ['c', 'b'] }, true],
  [{ groups: ['a', 'b'] }, { groups: ['c', 'd'] }, false],
  [{ groups: [{ 'anything-but': 'a' }] }, { groups: ['a', 'b'] }, true],
  [{ employees: { firstName: ['Anna'] } }, staff, true],
  [{ employees: { firstName: ['Anna'], lastName: ['Smith'] } }, staff, true],
  [{ employees: { firstName: ['Anna'], lastName: ['Jones'] } }, staff, false],
  [
    { employees: { firstName: ['Anna'] } },
    { employees: [[{ firstName: 'John' }, { firstName: 'Anna' }], [{ firstName: 'Peter' }]] },
    true,
  ],
  [
    { a: { x: ['1'] }, b: { x: ['2'] } },
    { a: [{ x: '0' }, { x: '1' }], b: [{ x: '2' }, { x: '3' }] },
    true,
  ],
];

describe.each([
  ['values', values],
  ['strings', texts],
  ['anything-but', exclusions],
  ['numbers and addresses', numbersAndAddresses],
  ['exists', presence],
  ['$or', alternatives],
  ['arrays', arrays],
])('%s', (_, cases) => {
  test.each(cases)('%j over %j: %j', (filter, data, matches) => {
    expect(filterSchema.safeParse(filter).error).toBeUndefined();
    expect(matchesFilter(compileFilter(filter), indexData(data), filterSteps())).toBe(matches);
  });
});
