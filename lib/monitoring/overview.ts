// What an operator sees first: the dashboard, the alarms, and saved queries over the logs.
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { addOutput } from '../instance.ts';
import { Alarms, type AlarmsProps } from './alarms.ts';
import { ServiceDashboard } from './dashboard.ts';
import { SavedQueries } from './saved-queries.ts';

export class Overview extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { dashboardName } = new ServiceDashboard(this, 'Dashboard', props);
    new Alarms(this, 'Alarms', props);
    new SavedQueries(this, 'Queries', {
      attempts: props.functions.Dispatch.logGroup,
      all: Object.values(props.functions).map(({ logGroup }) => logGroup),
    });
    const { region } = Stack.of(this);
    const url = `https://${region}.console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/${dashboardName}`;
    addOutput(this, 'DashboardUrl', url, 'The dashboard.');
  }
}
