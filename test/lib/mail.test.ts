// What the setting `email` adds to the template, and to nothing else.
import { describe, expect, it } from 'vitest';
import { nagFindings, resourcesOf, statementsOf, templateOf } from '../builders/stack.ts';

const identityArn = 'arn:aws:ses:eu-central-1:123456789012:identity/example.com';
const email = { identityArn, from: 'hooks@example.com' };
const template = templateOf({ email });
const kindsOf = (one: typeof template) => resourcesOf(one).map(({ Type }) => Type);
const variablesOf = (one: typeof template, name: string) => {
  const found = resourcesOf(one, 'AWS::Lambda::Function').find(({ id }) => id.startsWith(name));
  return Object(found?.Properties.Environment).Variables as Record<string, unknown>;
};

describe('by default', () => {
  it('no mail can be sent, and nothing of it is there', () => {
    const plain = templateOf();
    expect(kindsOf(plain).filter((kind) => /^AWS::(SES|SNS)::/.test(kind))).toEqual([]);
    expect(JSON.stringify(statementsOf(plain))).not.toContain('ses:');
    for (const name of ['Dispatch', 'Sweep', 'Api']) {
      expect(JSON.stringify(variablesOf(plain, name))).not.toMatch(/MAIL_|POSTHORN_API_URL/);
    }
  });
});

describe('with the setting', () => {
  it('there are a set, its topic and a queue, for bounces and complaints', () => {
    const [set] = resourcesOf(template, 'AWS::SES::ConfigurationSet');
    expect(set?.Properties.SuppressionOptions).toEqual({
      SuppressedReasons: ['BOUNCE', 'COMPLAINT'],
    });
    const [feedback] = resourcesOf(template, 'AWS::SES::ConfigurationSetEventDestination');
    expect(feedback?.Properties.EventDestination).toMatchObject({
      Enabled: true,
      MatchingEventTypes: ['bounce', 'complaint'],
    });
    const [subscription] = resourcesOf(template, 'AWS::SNS::Subscription');
    expect(subscription?.Properties).toMatchObject({ Protocol: 'sqs', RawMessageDelivery: true });
    // At rest it costs nothing: no function polls it all the time.
    const sources = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(sources).toHaveLength(
      resourcesOf(templateOf(), 'AWS::Lambda::EventSourceMapping').length,
    );
  });

  it('dispatch sends by the identity and the set, and no other function sends', () => {
    const sending = statementsOf(template).filter(({ statement }) =>
      JSON.stringify(statement.Action).includes('ses:'),
    );
    expect(sending.map(({ holder }) => holder)).toEqual([expect.stringMatching(/^Dispatch/)]);
    const { Action, Resource } = sending[0]?.statement ?? {};
    expect(Action).toBe('ses:SendEmail');
    expect(JSON.stringify(Resource)).toContain(identityArn);
    expect(JSON.stringify(Resource)).toContain(':configuration-set/');
    expect(JSON.stringify(Resource)).not.toContain('*');
  });

  it('tells the functions what they need', () => {
    expect(Object.keys(variablesOf(template, 'Dispatch'))).toEqual(
      expect.arrayContaining(['POSTHORN_API_URL', 'MAIL_CONFIGURATION_SET']),
    );
    expect(Object.keys(variablesOf(template, 'Sweep'))).toContain('MAIL_EVENTS_QUEUE_URL');
    expect(JSON.stringify(variablesOf(template, 'Dispatch').POSTHORN_API_URL)).not.toMatch(/\/"]/);
  });

  it('passes cdk-nag', () => expect(nagFindings({ email })).toEqual([]));
});
