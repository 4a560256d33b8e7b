// One of our functions: an ES module bundle for Node.js 24 on arm64, with a log group and a role of its own.
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  PolicyStatement,
  type PolicyStatementProps,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Code,
  EventSourceMapping,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import type { Configuration } from '../configuration.ts';
import type { QueueSource, QueueWithDeadLetters } from '../queue-with-dead-letters.ts';
import { bundleOf } from './bundles.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface NodeFunctionProps {
  readonly configuration: Configuration;
  /** The folder under lambdas/ whose handler.ts it runs. */
  readonly folder: string;
  readonly memoryMb: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its requests leave from, if not from Lambda's own network. */
  readonly network?: { readonly vpc: IVpc; readonly securityGroup: ISecurityGroup } | undefined;
}

/** What X-Ray asks for: segments belong to no resource. */
const TRACING = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

export class NodeFunction extends Construct {
  /** Under lambdas/. */
  readonly folder: string;
  readonly fn: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;
  readonly memoryMb: number;
  /** Its environment. */
  readonly variables: Record<string, string> = {};

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { logRetentionDays, tracing } = props.configuration;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: logRetentionDays as RetentionDays, // the configuration allows its values only
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.logGroup = logGroup;
    this.memoryMb = props.memoryMb;
    this.folder = props.folder;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    // Tests look at templates for which nothing is bundled.
    const { bundlingRequired } = Stack.of(this);
    this.fn = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(
        bundlingRequired ? bundleOf(props.folder) : `${root}lambdas/${props.folder}`,
      ),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      role: this.role,
      logGroup,
      // Our lines are JSON and go past the console, so that nothing is put before them; Lambda's own lines of
      // each invocation would be more than what they say is worth: CloudWatch has the same as metrics.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      // A retry comes back to dispatch, and a replay to wake, by a queue and often: Lambda takes more than 16 such
      // rounds for a loop without end, and would stop them. Ours end with the policy, the deadline or the replay.
      recursiveLoop: RecursiveLoop.ALLOW,
      ...(tracing === 'xray' ? { tracing: Tracing.ACTIVE } : {}),
      ...(props.network
        ? {
            vpc: props.network.vpc,
            vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
            securityGroups: [props.network.securityGroup],
          }
        : {}),
    });
    this.tell({
      NODE_OPTIONS: '--enable-source-maps',
      // Look-ups of names run in these threads: a few dead names must not hold up all others.
      UV_THREADPOOL_SIZE: '32',
      ...props.environment,
    });
    if (tracing === 'xray') this.explainTracing();
    // Said, because what an update does not say may stay as it was. CDK would grant X-Ray's actions with it.
    else this.functionResource.addPropertyOverride('TracingConfig', { Mode: 'PassThrough' });
  }

  private get functionResource(): CfnFunction {
    // CDK's own child of every function.
    return this.fn.node.defaultChild as CfnFunction;
  }

  /** The grant comes with the setting. */
  private explainTracing(): void {
    NagSuppressions.addResourceSuppressions(
      this.role,
      [
        {
          id: 'AwsSolutions-IAM5',
          reason: `Only with the setting tracing: AWS knows no resource for ${TRACING.join(' and ')}.`,
          appliesTo: ['Resource::*'],
        },
      ],
      true,
    );
  }

  /** Lets the function do exactly this. */
  allow(
    actions: string[],
    resources: string[],
    conditions: NonNullable<PolicyStatementProps['conditions']> = {},
  ): void {
    this.role.addToPrincipalPolicy(new PolicyStatement({ actions, resources, conditions }));
  }

  /** Adds to the function's environment. */
  tell(variables: Readonly<Record<string, string>>): void {
    Object.assign(this.variables, variables);
    for (const [name, value] of Object.entries(variables)) this.fn.addEnvironment(name, value);
  }

  /** Lets the function send to the queues, and tells it where they are. */
  sendTo(...queues: QueueWithDeadLetters[]): void {
    this.allowOn(queues, 'sqs:SendMessage');
  }

  /** Lets the function postpone messages that it received from the queues, and tells it where they are. */
  postponeIn(...queues: QueueWithDeadLetters[]): void {
    this.allowOn(queues, 'sqs:ChangeMessageVisibility');
  }

  /** Lets the function take dead letters of the queues, and tells it where they are. */
  readDeadLetters(...queues: QueueWithDeadLetters[]): void {
    this.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      queues.map(({ deadLetters }) => deadLetters.queueArn),
    );
    for (const { deadLetters, deadLettersVariable } of queues) {
      this.tell({ [deadLettersVariable]: deadLetters.queueUrl });
    }
  }

  /**
   * Lets the function count messages and dead letters of the queues. Where it has no URL of a queue, it is told the name:
   * an environment holds 4 KB.
   */
  countIn(...queues: QueueWithDeadLetters[]): void {
    this.allow(
      ['sqs:GetQueueAttributes'],
      queues.flatMap(({ queue, deadLetters }) => [queue.queueArn, deadLetters.queueArn]),
    );
    for (const { queue, urlVariable } of queues) {
      this.tell({ [urlVariable]: this.variables[urlVariable] ?? queue.queueName });
    }
  }

  private allowOn(queues: readonly QueueWithDeadLetters[], action: string): void {
    this.allow(
      [action],
      queues.map(({ queue }) => queue.queueArn),
    );
    for (const { queue, urlVariable } of queues) this.tell({ [urlVariable]: queue.queueUrl });
  }

  /** Runs the function for the queue's messages; failures are reported message by message. */
  consume(
    id: string,
    { queue, source }: { readonly queue: IQueue; readonly source: QueueSource },
  ): void {
    this.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      [queue.queueArn],
    );
    new EventSourceMapping(this, id, {
      target: this.fn,
      eventSourceArn: queue.queueArn,
      batchSize: source.batchSize,
      // Also 0: what an update does not say may stay as it was.
      maxBatchingWindow: Duration.seconds(source.windowSeconds),
      maxConcurrency: source.maxConcurrency,
      reportBatchItemFailures: true,
    }).node.addDependency(this.role);
  }
}
