// What an operator sees first: the dashboard, the alarms, and saved queries over the logs.
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
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
    new CfnOutput(Stack.of(this), 'DashboardUrl', {
      value: `https://${Stack.of(this).region}.console.aws.amazon.com/cloudwatch/home#dashboards/dashboard/${dashboardName}`,
      description: 'The dashboard.',
    });
  }
}
