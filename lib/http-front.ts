// The HTTP API: events go to ingest, everything else to api.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';

export interface HttpFrontProps {
  readonly ingest: IFunction;
  readonly api: IFunction;
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly logRetentionDays: number;
}

/** What is logged of each request: no address of a person, no header, no body. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  error: '$context.error.message',
});

export class HttpFront extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: HttpFrontProps) {
    super(scope, id);
    const timeout = Duration.seconds(29);
    const ingest = new HttpLambdaIntegration('Ingest', props.ingest, { timeout });
    const rest = new HttpLambdaIntegration('Rest', props.api, { timeout });
    // $default, because a greedy path does not take the root: its answer would be API Gateway's own.
    const api = new HttpApi(this, 'Api', { createDefaultStage: false, defaultIntegration: rest });
    for (const path of ['/v1/events', '/v1/events/batch']) {
      api.addRoutes({ path, methods: [HttpMethod.POST], integration: ingest });
    }
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: props.logRetentionDays as RetentionDays, // the configuration allows its values only
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.throttle.rate, burstLimit: props.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    this.url = stage.url;
    NagSuppressions.addResourceSuppressions(
      api,
      [
        {
          id: 'AwsSolutions-APIG4',
          reason:
            'Keys are checked in the functions: they are hashed and scoped, and open routes need none.',
        },
      ],
      true,
    );
  }
}
