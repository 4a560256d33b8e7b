// What EventBridge Scheduler does for us: one-time wake-ups of endpoints, and sweep every five minutes.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import { Env } from '../lambdas/environment.ts';
import type { NodeFunction } from './node-function/node-function.ts';

export class WakeUp extends Construct {
  private readonly groupName: string;
  /** The role that Scheduler takes on to send to the wakes queue. */
  private readonly role: Role;
  private readonly wakes: IQueue;

  constructor(scope: Construct, id: string, { wakes }: { readonly wakes: IQueue }) {
    super(scope, id);
    this.wakes = wakes;
    // Its name is fixed: a group that stayed would be in the way of the next deployment.
    this.groupName = new ScheduleGroup(this, 'Group', {
      removalPolicy: RemovalPolicy.DESTROY,
    }).scheduleGroupName;
    this.role = this.schedulerRole('Role', ['sqs:SendMessage'], wakes.queueArn);
  }

  /** Lets a function make wake-ups, and tells it how. */
  grantScheduling(fn: NodeFunction): void {
    fn.tell({
      [Env.scheduleGroup]: this.groupName,
      [Env.scheduleRoleArn]: this.role.roleArn,
      [Env.wakesQueueArn]: this.wakes.queueArn,
    });
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.groupName}/*`,
    });
    fn.allow(['scheduler:CreateSchedule'], [schedules]);
    fn.allow(['iam:PassRole'], [this.role.roleArn]);
    NagSuppressions.addResourceSuppressions(
      fn.role,
      [
        {
          id: 'AwsSolutions-IAM5',
          reason:
            'Schedules are named by endpoint and time while the stack runs: the wildcard covers those of a group that holds nothing else.',
          appliesTo: [{ regex: '/^Resource::arn:.+:schedule\\/.+\\/\\*$/g' }],
        },
      ],
      true,
    );
  }

  /** Runs a function at a rate. */
  every(id: string, expression: string, fn: IFunction): void {
    const role = this.schedulerRole(`${id}Role`, ['lambda:InvokeFunction'], fn.functionArn);
    new CfnSchedule(this, id, {
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: fn.functionArn, roleArn: role.roleArn },
    });
  }

  private schedulerRole(id: string, actions: string[], resource: string): Role {
    const role = new Role(this, id, {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
    return role;
  }
}
