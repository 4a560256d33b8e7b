// What an operator sees first: the dashboard, the alarms, and saved queries over the logs.
import { CfnCondition, Fn, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { addOutput } from '../instance.ts';
import { Alarms, type AlarmsProps } from './alarms.ts';
import { ServiceDashboard } from './dashboard.ts';
import { SavedQueries } from './saved-queries.ts';

/** The console of each partition that has its own: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const CONSOLES = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

export class Overview extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { dashboardName } = new ServiceDashboard(this, 'Dashboard', props);
    new Alarms(this, 'Alarms', props);
    new SavedQueries(this, 'Queries', {
      attempts: props.functions.Dispatch.logGroup,
      all: Object.values(props.functions).map(({ logGroup }) => logGroup),
    });
    const { region, partition } = Stack.of(this);
    const console = Object.entries(CONSOLES).reduce((otherwise, [name, host]) => {
      const expression = Fn.conditionEquals(partition, name);
      const { logicalId } = new CfnCondition(this, `Is-${name}`, { expression });
      return Fn.conditionIf(logicalId, host, otherwise).toString();
    }, 'console.aws.amazon.com');
    const url = `https://${region}.${console}/cloudwatch/home#dashboards/dashboard/${dashboardName}`;
    addOutput(this, 'DashboardUrl', url, 'The dashboard.');
  }
}
