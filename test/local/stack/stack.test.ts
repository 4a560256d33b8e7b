// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how Fn::Sub is written
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Stack, type Template } from '../../../local/stack/stack.ts';

const place = {
  queueUrl: (name: string) => `http://127.0.0.1:1/000000000000/${name}`,
  apiUrl: () => 'http://127.0.0.1:2',
};
const template: Template = {
  Parameters: { Version: { Default: '21' } },
  Resources: {
    Queue: { Type: 'AWS::SQS::Queue' },
    Named: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'given' } },
    Table: { Type: 'AWS::DynamoDB::GlobalTable' },
    Role: { Type: 'AWS::IAM::Role' },
    Secret: { Type: 'AWS::SecretsManager::Secret' },
    Group: {
      Type: 'AWS::Scheduler::ScheduleGroup',
      Properties: { Name: { 'Fn::Sub': '${AWS::StackName}-wakes' } },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
    ALogicalIdThatIsMuchLongerThanTheNamesOfFunctionsMayBeInLambda1A2B3C4D: {
      Type: 'AWS::Lambda::Function',
    },
  },
};
const stack = new Stack('App', template, place);
const resolve = (value: Parameters<Stack['resolve']>[0]) => stack.resolve(value);

describe('a stack', () => {
  it('refers to each type of resource by what AWS gives for it', () => {
    expect(resolve({ Ref: 'Queue' })).toBe('http://127.0.0.1:1/000000000000/App-Queue');
    expect(resolve({ Ref: 'Table' })).toBe('App-Table');
    expect(resolve({ Ref: 'Secret' })).toBe(
      'arn:aws:secretsmanager:us-east-1:000000000000:secret:App-Secret-local0',
    );
    expect(resolve({ Ref: 'Group' })).toBe('App-wakes');
    expect(resolve({ Ref: 'Alarm' })).toBe('Alarm');
  });

  it('knows the attributes of resources, in both spellings of GetAtt', () => {
    expect(resolve({ 'Fn::GetAtt': ['Named', 'Arn'] })).toBe(
      'arn:aws:sqs:us-east-1:000000000000:given',
    );
    expect(resolve({ 'Fn::GetAtt': 'Named.QueueName' })).toBe('given');
    expect(resolve({ 'Fn::GetAtt': ['Role', 'Arn'] })).toBe(
      'arn:aws:iam::000000000000:role/App-Role',
    );
    expect(resolve({ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] })).toBe('http://127.0.0.1:2');
  });

  it('resolves functions inside functions', () => {
    const arn = { 'Fn::GetAtt': ['Table', 'Arn'] };
    expect(resolve({ 'Fn::Join': ['', [arn, '/index/*']] })).toBe(
      'arn:aws:dynamodb:us-east-1:000000000000:table/App-Table/index/*',
    );
    expect(resolve({ 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b-c'] }] })).toBe('b');
    expect(resolve({ 'Fn::Sub': '${AWS::Region} ${!Literal} ${Table.Arn} ${Version}' })).toBe(
      'us-east-1 ${Literal} arn:aws:dynamodb:us-east-1:000000000000:table/App-Table 21',
    );
    expect(resolve({ 'Fn::Sub': ['${Mine}/${AWS::Partition}', { Mine: { Ref: 'Table' } }] })).toBe(
      'App-Table/aws',
    );
  });

  it('leaves out what is AWS::NoValue', () => {
    expect(resolve({ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] })).toEqual({
      b: [1],
    });
  });

  it('keeps generated names within the limits of the service, and distinct by their end', () => {
    const [fn] = stack.resources('AWS::Lambda::Function');
    const name = stack.reference(fn?.logicalId ?? '');
    expect(name).toHaveLength(64);
    expect(name.endsWith('-1A2B3C4D')).toBe(true);
  });

  it('names the function it does not know', () => {
    expect(() => resolve({ 'Fn::ImportValue': 'x' })).toThrow('Fn::ImportValue');
    expect(() => resolve({ Ref: 'Nothing' })).toThrow('Nothing');
  });

  it('resolves every property of the fixture', () => {
    const file = new URL('../fixture/Fixture.template.json', import.meta.url);
    const fixture: Template = JSON.parse(readFileSync(file, 'utf8'));
    const types = Object.values(fixture.Resources).map((resource) => resource.Type);
    expect(JSON.stringify(new Stack('Fixture', fixture, place).resources(...types))).not.toMatch(
      /"Fn::|"Ref"/,
    );
  });
});
