// The construct in other people's stacks: nothing of one instance is taken for another's.
import { App, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Dashboard, GraphWidget, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { ConfigurationFault, type PosthornProps } from '../../lib/configuration.ts';
import { Posthorn } from '../../lib/posthorn.ts';
import { resourcesOf, statementsOf, templateOf } from '../builders/stack.ts';

const EVERYTHING: PosthornProps = { egress: 'static', alarms: { email: 'ops@example.com' } };

const newApp = () => new App({ context: { 'aws:cdk:bundling-stacks': [] } });

/** All that a person or another program finds an instance's resources by, one text each. */
function namesIn(template: Template): string[] {
  const properties = (type: string, name: string) =>
    resourcesOf(template, type).map(({ Properties }) => Properties[name]);
  const dimensions = resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(({ Properties }) =>
    [...JSON.stringify(Properties).matchAll(/\{"Name":"stack","Value":"([^"]+)"\}/g)].map(
      ([, value]) => `dimension ${value}`,
    ),
  );
  const told = resourcesOf(template, 'AWS::Lambda::Function').map(
    ({ Properties }) => `told ${Object(Properties.Environment).Variables.POSTHORN_STACK}`,
  );
  return [
    ...new Set([
      ...dimensions,
      ...told,
      ...properties('AWS::Logs::QueryDefinition', 'Name').map((name) => `query ${name}`),
      ...properties('AWS::SecretsManager::Secret', 'Description').map((text) => `secret ${text}`),
      ...properties('AWS::CloudWatch::Alarm', 'AlarmDescription').map((text) => `alarm ${text}`),
      ...properties('AWS::Scheduler::ScheduleGroup', 'Name').map((name) => `group ${name}`),
      ...properties('AWS::ApiGatewayV2::Api', 'Name').map((name) => `api ${name}`),
    ]),
  ].map(String);
}

function outputsOf(template: Template): string[] {
  return Object.keys(template.toJSON().Outputs);
}

const shared = (a: readonly string[], b: readonly string[]) => a.filter((one) => b.includes(one));

describe('two instances', () => {
  it('in one stack share no name, no output and no id', () => {
    const alone = (id: string) => {
      const stack = new Stack(newApp(), 'Shop');
      new Posthorn(stack, id, EVERYTHING);
      return Template.fromStack(stack);
    };
    const stack = new Stack(newApp(), 'Shop');
    for (const id of ['Orders', 'Identity']) new Posthorn(stack, id, EVERYTHING);
    const both = Template.fromStack(stack);
    const [orders, identity] = [alone('Orders'), alone('Identity')];
    expect(shared(namesIn(orders), namesIn(identity))).toEqual([]);
    expect(namesIn(both).sort()).toEqual([...namesIn(orders), ...namesIn(identity)].sort());
    expect(outputsOf(orders)).toHaveLength(5);
    expect(outputsOf(both).sort()).toEqual([...outputsOf(orders), ...outputsOf(identity)].sort());
    expect(resourcesOf(both)).toHaveLength(
      resourcesOf(orders).length + resourcesOf(identity).length,
    );
  });

  it('in two stacks share no name, though both have the same id', () => {
    const [first, second] = ['Shop', 'Bank'].map((name) => {
      const stack = new Stack(newApp(), name);
      new Posthorn(stack, 'Webhooks');
      return namesIn(Template.fromStack(stack));
    });
    expect(first?.length).toBeGreaterThan(30);
    expect(shared(first ?? [], second ?? [])).toEqual([]);
  });
});

describe('the name of an instance', () => {
  const inStack = () => new Stack(newApp(), 'Shop');
  it.each<[string, string, () => Construct]>([
    ['has its id', 'Shop/Webhooks', inStack],
    ['has the ids above it', 'Shop/Team/Webhooks', () => new Construct(inStack(), 'Team')],
    ['is no shorter by a dash', 'Shop-Team/Webhooks', () => new Stack(newApp(), 'Shop-Team')],
    [
      'has the stack’s name, and not its id',
      'live-shop/Webhooks',
      () => new Stack(newApp(), 'Shop', { stackName: 'live-shop' }),
    ],
    ['has the stage', 'Live-Shop/Webhooks', () => new Stack(new Stage(newApp(), 'Live'), 'Shop')],
    [
      'has a nested stack as a step',
      'Shop/Nested/Webhooks',
      () => new NestedStack(inStack(), 'Nested'),
    ],
  ])('%s: %s', (_, name, scope) => {
    expect(new Posthorn(scope(), 'Webhooks').instanceName).toBe(name);
  });

  it('is refused where a service would refuse it', () => {
    const scope = new Stack(newApp(), 'S'.repeat(120));
    expect(() => new Posthorn(scope, 'Hooks12')).not.toThrow();
    expect(() => new Posthorn(scope, 'Hooks123')).toThrow('128');
  });

  it.each(['Über', 'Zustellung→', 'webhooks\u00a0live', 'tab\tbed'])(
    'is refused, and named, where CloudWatch takes no such dimension: %s',
    (id) => {
      expect(() => new Posthorn(inStack(), id)).toThrow(`Shop/${id}`);
      expect(() => new Posthorn(new Construct(inStack(), id), 'Webhooks')).toThrow(`Shop/${id}`);
    },
  );

  it('under the id Default is the stack’s alone', () => {
    expect(new Posthorn(inStack(), 'Default').instanceName).toBe('Shop');
  });
});

it('in our own stack, no text holds the id that CDK leaves out', () => {
  const all = { ...EVERYTHING, tracing: 'xray', sealEventData: true };
  expect(JSON.stringify(templateOf(all).toJSON())).not.toMatch(/Default\/|\/Default/);
});

describe('its props', () => {
  it('are checked as the settings in cdk.json are, and a fault names the instance', () => {
    const stack = new Stack(newApp(), 'Shop');
    const wrong: PosthornProps = { retentionDays: 0, memoryMb: { api: 64 } };
    expect(() => new Posthorn(stack, 'Webhooks', wrong)).toThrow(ConfigurationFault);
    expect(() => new Posthorn(stack, 'Again', wrong)).toThrow(
      /the props of Shop\/Again have faults:\n {2}memoryMb.api = 64: .+\n {2}retentionDays = 0: /,
    );
  });

  it('are named in the fault where they are too long together', () => {
    const origins = Array.from({ length: 10 }, (_, n) => `https://${'o'.repeat(240)}${n}.test`);
    const stack = new Stack(newApp(), 'Shop');
    expect(() => new Posthorn(stack, 'Webhooks', { cors: { origins } })).toThrow(
      /^the props of Shop\/Webhooks have faults:\n {2}cors: /,
    );
  });

  it('are faults of the props under the id Default too, and not of a file that is not there', () => {
    const origins = Array.from({ length: 10 }, (_, n) => `https://${'o'.repeat(240)}${n}.test`);
    for (const wrong of [{ retentionDays: 0 }, { cors: { origins } }]) {
      const stack = new Stack(newApp(), 'Shop');
      expect(() => new Posthorn(stack, 'Default', wrong)).toThrow(
        /^the props of Shop\/Default have faults:/,
      );
    }
  });

  it.each<[string, (token: string) => PosthornProps]>([
    ['issuer', (issuer) => ({ issuer })],
    ['issuer', (token) => ({ issuer: `https://${token}` })],
    ['verifyUrl', (token) => ({ verifyUrl: token as 'always' })],
    ['cors.origins.0', (token) => ({ cors: { origins: [token] } })],
    ['destinations.denyNames.0', (token) => ({ destinations: { denyNames: [token] } })],
    ['alarms.email', (email) => ({ alarms: { email } })],
    ['domain.name', (name) => ({ domain: { name, certificateArn: 'arn' } })],
  ])('are named where a value is known only later: %s', (name, propsOf) => {
    const stack = new Stack(newApp(), 'Shop');
    const { valueAsString } = new CfnParameter(stack, 'Later');
    const make = () => new Posthorn(stack, 'Webhooks', propsOf(valueAsString));
    expect(make).toThrow(ConfigurationFault);
    expect(() => new Posthorn(stack, 'Again', propsOf(valueAsString))).toThrow(`\n  ${name} = `);
  });

  it('may be ARNs of what the app makes itself', () => {
    const stack = new Stack(newApp(), 'Shop', { env: { region: 'eu-central-1' } });
    const { topicArn } = new Topic(stack, 'Pager');
    const domainName = 'hooks.example.com';
    const { certificateArn } = new Certificate(stack, 'Certificate', { domainName });
    new Posthorn(stack, 'Webhooks', {
      alarms: { topicArn },
      domain: { name: domainName, certificateArn },
    });
    const alarms = resourcesOf(Template.fromStack(stack), 'AWS::CloudWatch::Alarm');
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toEqual([stack.resolve(topicArn)]);
    }
  });

  it('have no name for a stack: the app has made it', () => {
    const stack = new Stack(newApp(), 'Shop');
    const props: object = { stackName: 'Shop' };
    expect(() => new Posthorn(stack, 'Webhooks', props)).toThrow('there is no such setting');
  });
});

describe('what an app does with it', () => {
  function inShop() {
    const stack = new Stack(newApp(), 'Shop');
    return { stack, posthorn: new Posthorn(stack, 'Webhooks') };
  }

  it('grantPublish lets a producer read the operator’s key, and nothing else', () => {
    const { stack, posthorn } = inShop();
    posthorn.grantPublish(new Role(stack, 'Producer', { assumedBy: new AccountPrincipal('1') }));
    const template = Template.fromStack(stack);
    const granted = statementsOf(template).filter(({ holder }) =>
      holder.startsWith('ProducerDefaultPolicy'),
    );
    expect(granted).toHaveLength(1);
    expect(granted[0]?.statement).toMatchObject({
      Effect: 'Allow',
      Action: ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      Resource: stack.resolve(posthorn.operatorKey.secretArn),
    });
  });

  it('grantPublish with a tenant’s key does not give the operator’s', () => {
    const { stack, posthorn } = inShop();
    const key = Secret.fromSecretNameV2(stack, 'Key', 'acme-live');
    posthorn.grantPublish(
      new Role(stack, 'Producer', { assumedBy: new AccountPrincipal('1') }),
      key,
    );
    const granted = statementsOf(Template.fromStack(stack)).filter(({ holder }) =>
      holder.startsWith('ProducerDefaultPolicy'),
    );
    expect(JSON.stringify(granted)).toContain(':secret:acme-live-');
    expect(JSON.stringify(granted)).not.toContain('Operator');
  });

  it('addAlarmAction has every alarm act when it rings and when it ends', () => {
    const { stack, posthorn } = inShop();
    const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:page';
    const action: IAlarmAction = { bind: () => ({ alarmActionArn: arn }) };
    posthorn.addAlarmAction(action);
    const alarms = resourcesOf(Template.fromStack(stack), 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBe(posthorn.alarms.length);
    expect(alarms.length).toBeGreaterThan(20);
    for (const { Properties } of alarms) {
      expect(Properties).toMatchObject({ AlarmActions: [arn], OKActions: [arn] });
    }
  });

  it('metric names what its functions emit', () => {
    const { posthorn } = inShop();
    const period = expect.objectContaining({});
    expect(posthorn.metricEventsAccepted().toMetricConfig().metricStat).toMatchObject({
      namespace: 'Posthorn',
      metricName: 'EventsAccepted',
      statistic: 'Sum',
      period,
      dimensions: [
        { name: 'env', value: 'live' },
        { name: 'stack', value: 'Shop/Webhooks' },
      ],
    });
    const named = [
      posthorn.metricDeliveriesDelivered(),
      posthorn.metricDeliveriesDead({ env: 'test' }),
      posthorn.metricDeliveryTime(),
      posthorn.metricFirstAttemptDelay({ statistic: 'p50' }),
    ].map(({ metricName, statistic }) => `${metricName} ${statistic}`);
    expect(named).toEqual([
      'DeliveriesDelivered Sum',
      'DeliveriesDead Sum',
      'DeliveryTime p99',
      'FirstAttemptDelay p50',
    ]);
  });

  it('metric is of its region and account in a dashboard elsewhere', () => {
    const app = newApp();
    const shop = new Stack(app, 'Shop', {
      env: { region: 'eu-central-1', account: '111111111111' },
    });
    const ops = new Stack(app, 'Ops', { env: { region: 'us-east-1', account: '222222222222' } });
    const left = [new Posthorn(shop, 'Webhooks').metricEventsAccepted()];
    const bodyIn = (stack: Stack) => {
      new Dashboard(stack, 'Board', { widgets: [[new GraphWidget({ left })]] });
      const [board] = resourcesOf(Template.fromStack(stack), 'AWS::CloudWatch::Dashboard').filter(
        ({ id }) => id.startsWith('Board'),
      );
      return JSON.stringify(board?.Properties);
    };
    const told = '{"accountId":"111111111111","region":"eu-central-1",';
    expect(bodyIn(ops)).toContain(JSON.stringify(told).slice(1, -1));
  });
});
