// The dashboard and the alarms: every queue and function is on the one, every queue has the others.
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/configuration.ts';
import { PosthornStack } from '../../lib/posthorn-stack.ts';

const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
const template = Template.fromStack(
  new PosthornStack(app, 'Posthorn', { configuration: parseConfiguration({}) }),
);

describe('the dashboard', () => {
  it('shows every function and every queue with its dead letters', () => {
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard);
    const shown = [
      ...Object.keys(template.findResources('AWS::Lambda::Function')),
      ...Object.keys(template.findResources('AWS::SQS::Queue')),
    ];
    expect(shown.length).toBe(6 + 10);
    expect(shown.filter((id) => !body.includes(id))).toEqual([]);
  });

  it('is an output', () => {
    expect(Object.keys(template.findOutputs('DashboardUrl'))).toEqual(['DashboardUrl']);
  });
});

describe('the alarms', () => {
  it('watch each queue for dead letters and for messages that are stuck', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const names = alarms.map(({ Properties }) => Properties.MetricName).sort();
    expect(names.filter((name) => name === 'ApproximateNumberOfMessagesVisible').length).toBe(5);
    expect(names.filter((name) => name === 'ApproximateAgeOfOldestMessage').length).toBe(5);
    // Retries and wake-ups travel with delays of up to 15 minutes.
    const ages = alarms.filter(({ Properties }) => Properties.MetricName.includes('Age'));
    expect(ages.map(({ Properties }) => Properties.Threshold).sort()).toEqual([
      1200, 1200, 300, 300, 300,
    ]);
    for (const { Properties } of alarms) {
      expect(Properties.TreatMissingData).toBe('notBreaching');
      expect(Properties.ComparisonOperator).toBe('GreaterThanOrEqualToThreshold');
    }
  });
});
