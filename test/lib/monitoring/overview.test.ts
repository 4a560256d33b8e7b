// The dashboard, the alarms and the saved queries, from the template: what they show and watch, and that each
// of our own metrics among it is one that the functions declare.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS, type MetricName, NAMESPACE } from '../../../lambdas/core/metrics.ts';
import { nagFindings, resourcesOf, templateOf } from '../../builders/stack.ts';

const template = templateOf();
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');
const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');

/** The dashboard's body, with a placeholder for each value that only a deployment knows. */
function dashboardIn(from = template): { widgets: { properties: Record<string, unknown> }[] } {
  const [dashboard] = resourcesOf(from, 'AWS::CloudWatch::Dashboard');
  const body = Object(dashboard?.Properties.DashboardBody)['Fn::Join'][1];
  const known = (part: unknown) =>
    typeof part === 'string' ? part : Object.values(Object(part)).join();
  return JSON.parse(body.map(known).join(''));
}

interface Named {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Metrics of a widget: `[namespace, name, dimension, value, ..., options]`, or an expression. */
function ownInDashboard(): Named[] {
  const rows = dashboardIn().widgets.flatMap(
    ({ properties }) => (properties.metrics ?? []) as unknown[][],
  );
  return rows
    .filter(([namespace]) => namespace === NAMESPACE)
    .map(([, name, ...rest]) => {
      const flat = rest.filter((part): part is string => typeof part === 'string');
      const pairs = Array.from({ length: flat.length / 2 }, (_, n) => [
        flat[2 * n],
        flat[2 * n + 1],
      ]);
      return { name: String(name), dimensions: Object.fromEntries(pairs) };
    });
}

interface AlarmMetric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: { readonly Name: string; readonly Value: string }[];
}

function ownInAlarms(): Named[] {
  return alarms
    .flatMap(({ Properties }): AlarmMetric[] => [
      Properties as AlarmMetric,
      ...((Properties.Metrics ?? []) as { MetricStat?: { Metric: AlarmMetric } }[]).flatMap(
        ({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []),
      ),
    ])
    .filter(({ Namespace }) => Namespace === NAMESPACE)
    .map(({ MetricName = '', Dimensions = [] }) => ({
      name: MetricName,
      dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
    }));
}

describe('the dashboard', () => {
  it('answers five questions, from top to bottom', () => {
    const texts = dashboardIn().widgets.map(({ properties }) => String(properties.markdown ?? ''));
    expect(texts.filter((text) => text.startsWith('## '))).toEqual([
      '## Are we accepting?',
      '## Are we delivering?',
      '## Is anything stuck?',
      '## Which receivers fail?',
      '## What does it cost?',
    ]);
  });

  it('shows every function and every queue with its dead letters', () => {
    const [dashboard] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard);
    const shown = [
      ...resourcesOf(template, 'AWS::Lambda::Function'),
      ...resourcesOf(template, 'AWS::SQS::Queue'),
    ].map(({ id }) => id);
    expect(shown.length).toBeGreaterThanOrEqual(6 + 10);
    expect(shown.filter((id) => !body.includes(id))).toEqual([]);
  });

  it('shows every metric of ours', () => {
    const shown = new Set(ownInDashboard().map(({ name }) => name));
    expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
  });

  it('finds receivers that fail in the lines of attempts', () => {
    const queries = dashboardIn().widgets.map(({ properties }) => String(properties.query ?? ''));
    const byEndpoint = queries.find((query) => query.includes('by tenant, endpointId, host'));
    expect(byEndpoint).toMatch(/^SOURCE 'DispatchLogs\w+' \| filter message = "attempt"/);
  });

  it('says that its cost is an estimate', () => {
    const { widgets } = dashboardIn();
    expect(widgets.some(({ properties }) => /estimate/i.test(String(properties.markdown)))).toBe(
      true,
    );
  });

  it('is an output', () => {
    const { Outputs, Conditions } = template.toJSON();
    const url = JSON.stringify(Outputs.DashboardUrl.Value);
    // The console has another address in China and in GovCloud.
    for (const [partition, host] of [
      ['aws-cn', 'console.amazonaws.cn'],
      ['aws-us-gov', 'console.amazonaws-us-gov.com'],
    ]) {
      const equals = { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, partition] };
      const [name] = Object.entries(Conditions).find(
        ([, one]) => JSON.stringify(one) === JSON.stringify(equals),
      ) ?? [''];
      expect(url).toContain(`{"Fn::If":["${name}","${host}",`);
    }
    expect(url).toContain('"console.aws.amazon.com"');
  });
});

describe('our own metrics', () => {
  it.each([
    ['in widgets', ownInDashboard()],
    ['in alarms', ownInAlarms()],
  ])('%s are those that the functions emit, with the same dimensions', (_, named) => {
    expect(named.length).toBeGreaterThan(5);
    for (const { name, dimensions } of named) {
      expect(Object.keys(METRICS)).toContain(name);
      const declared = METRICS[name as MetricName].dimensions;
      expect([name, Object.keys(dimensions).sort()]).toEqual([name, [...declared].sort()]);
      expect(dimensions.stack).toBe('Posthorn');
    }
  });

  it('carry the name of the stack that the functions are told', () => {
    for (const { Properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
      expect(Object(Properties.Environment).Variables.POSTHORN_STACK).toBe('Posthorn');
    }
  });
});

const alarmOf = (prefix: string) =>
  alarms.find(({ id }) => id.startsWith(`OverviewAlarms${prefix}`))?.Properties ?? {};

describe('the alarms', () => {
  it('watch each queue for dead letters and for messages that are stuck', () => {
    const names = alarms.map(({ Properties }) => String(Properties.MetricName)).sort();
    const queues = resourcesOf(template, 'AWS::SQS::Queue').length / 2;
    for (const name of ['Events', 'Deliveries', 'Slow', 'Retries', 'Wakes']) {
      // Also what is hidden because somebody looks at it.
      const metrics = JSON.stringify(alarmOf(`${name}DeadLetters`).Metrics);
      expect(metrics).toContain('"ApproximateNumberOfMessagesVisible"');
      expect(metrics).toContain('"ApproximateNumberOfMessagesNotVisible"');
    }
    // And what is sent back before SQS counts.
    expect(names).toContain('DeadLettersRedriven');
    // Retries and wake-ups travel with delays of up to 15 minutes.
    const ages = alarms.filter(({ Properties }) =>
      String(Properties.MetricName).includes('AgeOfOldest'),
    );
    expect(ages.length).toBe(queues);
    expect(new Set(ages.map(({ Properties }) => Properties.Threshold))).toEqual(
      new Set([300, 1200]),
    );
  });

  it('watch each function for errors and throttles', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function').length;
    for (const name of ['Errors', 'Throttles']) {
      const found = alarms.filter(({ Properties }) => Properties.MetricName === name);
      expect(found.length).toBe(functions);
    }
  });

  it('compare what was accepted with what was fanned out, in both environments', () => {
    const metrics = alarmOf('NotFannedOut').Metrics as { MetricStat?: { Metric: AlarmMetric } }[];
    const named = metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);
    expect(named.sort()).toEqual([
      'EventsAccepted',
      'EventsAccepted',
      'EventsFannedOut',
      'EventsFannedOut',
    ]);
  });

  it('watch first attempts, faults of ours, schedules, the API and sweep', () => {
    expect(alarmOf('SlowFirstAttempt')).toMatchObject({
      MetricName: 'FirstAttemptDelay',
      ExtendedStatistic: 'p99',
      Threshold: 60_000,
    });
    expect(JSON.stringify(alarmOf('FaultedAttempts').Metrics)).toContain('MessagesFaulted');
    expect(alarmOf('SchedulesRefused')).toMatchObject({
      MetricName: 'SchedulesRefused',
      Threshold: 1,
    });
    expect(alarmOf('Api5xx')).toMatchObject({ Namespace: 'AWS/ApiGateway', MetricName: '5xx' });
    // No sign of life is the sign.
    expect(alarmOf('SweepStill')).toMatchObject({
      MetricName: 'WakesRepaired',
      TreatMissingData: 'breaching',
      ComparisonOperator: 'LessThanThreshold',
    });
  });

  it('watch the estimated cost, with as many metrics as an alarm takes', () => {
    const { Metrics, Threshold } = alarmOf('Cost');
    expect(Threshold).toBe(10);
    const counted = (Metrics as object[]).filter((metric) => 'MetricStat' in metric);
    expect(counted.length).toBe(10);
    const dearer = templateOf({ alarms: { dollarsPerHour: 0.5 } });
    const cost = resourcesOf(dearer, 'AWS::CloudWatch::Alarm').find(({ id }) =>
      id.includes('Cost'),
    );
    expect(cost?.Properties.Threshold).toBe(0.5);
  });

  it('take as many metrics as CloudWatch lets them', () => {
    for (const { Properties } of alarms) {
      const metrics = (Properties.Metrics ?? []) as object[];
      expect(metrics.filter((metric) => 'MetricStat' in metric).length).toBeLessThanOrEqual(10);
    }
  });

  it('are quiet without data, but for those on sweep and rollup', () => {
    const loud = alarms.filter(({ Properties }) => Properties.TreatMissingData !== 'notBreaching');
    expect(loud.map(({ id }) => id.slice(14, 24))).toEqual(['RollupBehi', 'SweepStill']);
  });

  it('each name a heading of the runbook, and the runbook has none for nothing', () => {
    const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const linked = alarms.map(({ Properties }) => {
      const [, heading] =
        /Runbook: docs\/runbook\.md#(\S+)$/.exec(String(Properties.AlarmDescription)) ?? [];
      return heading;
    });
    expect(linked.length).toBeGreaterThan(20);
    expect([...new Set(linked)].sort()).toEqual(headings.toSorted());
  });

  it('have the three answers under each heading', () => {
    const sections = runbook.split(/^## /m).slice(1);
    for (const section of sections) {
      for (const answer of ['**What it means.**', '**How to look.**', '**What to do.**']) {
        expect(section).toContain(answer);
      }
    }
  });
});

describe('where alarms go', () => {
  const actionsIn = (settings: object) =>
    resourcesOf(templateOf(settings), 'AWS::CloudWatch::Alarm').map(
      ({ Properties }) => Properties.AlarmActions,
    );

  it('is nowhere unless it is said', () => {
    expect(alarms.every(({ Properties }) => Properties.AlarmActions === undefined)).toBe(true);
    expect(resourcesOf(template, 'AWS::SNS::Topic')).toEqual([]);
    expect(resourcesOf(template, 'AWS::KMS::Key')).toEqual([]);
  });

  it('is a topic that is there already', () => {
    const topicArn = 'arn:aws:sns:eu-central-1:123456789012:alerts';
    const actions = actionsIn({ alarms: { topicArn } });
    expect(actions.length).toBe(alarms.length);
    for (const action of actions) expect(action).toEqual([topicArn]);
  });

  it('is one of the two, and not both', () => {
    const topicArn = 'arn:aws:sns:eu-central-1:123456789012:alerts';
    const both = { alarms: { topicArn, email: 'ops@example.com' } };
    expect(() => templateOf(both)).toThrow('takes topicArn or email, not both');
    expect(() => templateOf({ alarms: { email: 'nobody' } })).toThrow('alarms.email');
  });

  it('is a topic of the stack’s own for an address: encrypted, TLS only, open to CloudWatch alone', () => {
    const settings = { alarms: { email: 'ops@example.com' } };
    const own = templateOf(settings);
    const [topic] = resourcesOf(own, 'AWS::SNS::Topic');
    const [key] = resourcesOf(own, 'AWS::KMS::Key');
    expect(JSON.stringify(topic?.Properties.KmsMasterKeyId)).toContain(key?.id);
    expect(resourcesOf(own, 'AWS::SNS::Subscription')[0]?.Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    const policy = JSON.stringify(resourcesOf(own, 'AWS::SNS::TopicPolicy')[0]?.Properties);
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toContain('"Principal":{"Service":"cloudwatch.amazonaws.com"}');
    expect(JSON.stringify(key?.Properties.KeyPolicy)).toContain('kms:GenerateDataKey');
    expect(
      actionsIn(settings).every((actions) => JSON.stringify(actions).includes(String(topic?.id))),
    ).toBe(true);
    expect(Object.keys(own.findOutputs('AlarmTopic'))).toEqual(['AlarmTopic']);
    expect(nagFindings(settings)).toEqual([]);
  });
});

describe('saved queries', () => {
  const saved = resourcesOf(template, 'AWS::Logs::QueryDefinition').map(
    ({ Properties }) => Properties,
  );

  it('are there by endpoint, tenant, slowness, kind of failure and event', () => {
    expect(saved.map(({ Name }) => String(Name)).sort()).toEqual([
      'Posthorn/By endpoint',
      'Posthorn/By tenant',
      'Posthorn/Failures by kind',
      'Posthorn/Faults of ours',
      "Posthorn/One event's way",
      'Posthorn/Slowest receivers',
    ]);
  });

  it('ask for fields that the line of an attempt has', () => {
    const source = readFileSync(
      new URL('../../../lambdas/dispatch/attempt-log.ts', import.meta.url),
      'utf8',
    );
    for (const field of [
      'tenant',
      'endpointId',
      'environment',
      'host',
      'outcome',
      'durationMs',
      'eventId',
      'sinceAcceptedMs',
      'state',
      'nextDelayMs',
      'traceId',
      'cause',
      'attempt',
    ]) {
      expect(saved.some(({ QueryString }) => String(QueryString).includes(field))).toBe(true);
      expect(source).toMatch(new RegExp(`\\b${field}[:,]`));
    }
  });
});

describe('tracing', () => {
  const grants = (settings: object) => {
    const found = resourcesOf(templateOf(settings), 'AWS::IAM::Policy');
    return found.filter(({ Properties }) => JSON.stringify(Properties).includes('xray:'));
  };

  it('is off, and grants nothing, unless it is asked for', () => {
    expect(grants({})).toEqual([]);
    const functions = resourcesOf(template, 'AWS::Lambda::Function');
    for (const { Properties } of functions) {
      expect(Properties.TracingConfig).toEqual({ Mode: 'PassThrough' });
    }
  });

  it('by X-Ray follows every function, with the two grants that AWS gives no resource to', () => {
    const traced = templateOf({ tracing: 'xray' });
    const functions = resourcesOf(traced, 'AWS::Lambda::Function');
    for (const { Properties } of functions) {
      expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
    }
    const policies = grants({ tracing: 'xray' });
    expect(policies.length).toBe(functions.length);
    for (const { Properties } of policies) {
      const statements = Object(Properties.PolicyDocument).Statement as {
        Action: unknown;
        Resource: unknown;
      }[];
      const everywhere = statements.filter(
        ({ Action, Resource }) => Resource === '*' && !String(Action).startsWith('ec2:'),
      );
      expect(everywhere.map(({ Action }) => Action)).toEqual([
        ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      ]);
    }
    expect(nagFindings({ tracing: 'xray' })).toEqual([]);
  });
});
