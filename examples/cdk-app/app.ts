// A shop that has webhooks: Posthorn beside a function that posts events to it.
import { fileURLToPath } from 'node:url';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Posthorn } from 'posthorn/cdk';

const stack = new Stack(new App(), 'Shop');

const posthorn = new Posthorn(stack, 'Webhooks', {
  retentionDays: 90,
  logRetentionDays: 90,
  memoryMb: { dispatch: 512 },
});

const producer = new LambdaFunction(stack, 'Producer', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromAsset(fileURLToPath(new URL('../producer', import.meta.url))),
  timeout: Duration.seconds(15),
  environment: {
    POSTHORN_URL: posthorn.apiUrl,
    POSTHORN_KEY_SECRET: posthorn.operatorKey.secretArn,
  },
});
posthorn.grantPublish(producer);

// The shop's own people hear of every alarm of Posthorn's, and of one of their own.
const pager = new SnsAction(new Topic(stack, 'Pager'));
posthorn.addAlarmAction(pager);
posthorn
  .metricDeliveriesDead({ period: Duration.hours(1) })
  .createAlarm(stack, 'LostDeliveries', { threshold: 100, evaluationPeriods: 1 })
  .addAlarmAction(pager);

new CfnOutput(stack, 'WebhooksUrl', { value: posthorn.apiUrl });
new CfnOutput(stack, 'WebhooksKey', { value: posthorn.operatorKey.secretArn });
