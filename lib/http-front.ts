// The HTTP API: events go to ingest, the console and the portal to web, everything else to api.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, LogGroupClass, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import type { Configuration } from './configuration.ts';
import { addOutput, instanceNameOf } from './instance.ts';

interface HttpFrontProps {
  readonly configuration: Configuration;
  readonly ingest: IFunction;
  readonly api: IFunction;
  readonly web: IFunction;
}

/** How long the API waits for a function behind it; API Gateway ends a request after 30 seconds. */
const TIMEOUT = Duration.seconds(29);
/** For those functions: they end before the API stops waiting. */
export const FUNCTION_TIMEOUT = Duration.seconds(28);

/** What is logged of each request: no address of a person, no header, no body. */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  // API Gateway's own answer, and what Lambda did not do: it took too long, answered too much, or may not be invoked.
  error: '$context.error.message: $context.integrationErrorMessage',
});

export class HttpFront extends Construct {
  readonly url: string;
  readonly api: HttpApi;
  /** The names at which the API answers. */
  readonly hosts: string[];

  constructor(scope: Construct, id: string, props: HttpFrontProps) {
    super(scope, id);
    const { domain, logRetentionDays, throttle } = props.configuration;
    const ingest = new HttpLambdaIntegration('Ingest', props.ingest, { timeout: TIMEOUT });
    const rest = new HttpLambdaIntegration('Rest', props.api, { timeout: TIMEOUT });
    // $default, because a greedy path does not take the root: its answer would be API Gateway's own.
    const api = new HttpApi(this, 'Api', {
      apiName: instanceNameOf(this),
      createDefaultStage: false,
      defaultIntegration: rest,
      disableExecuteApiEndpoint: domain?.only ?? false,
    });
    this.api = api;
    for (const path of ['/v1/events', '/v1/events/batch']) {
      api.addRoutes({ path, methods: [HttpMethod.POST], integration: ingest });
    }
    const web = new HttpLambdaIntegration('Web', props.web, { timeout: TIMEOUT });
    for (const path of ['/console', '/portal', '/console/{file+}', '/portal/{file+}']) {
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration: web });
    }
    const logs = new LogGroup(this, 'RequestLogs', {
      // Read now and then, by queries: half the price of what is watched as it comes. A group's class cannot be
      // changed: another class wants another id here.
      logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
      retention: logRetentionDays as RetentionDays, // the configuration allows its values only
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    const { region, urlSuffix } = Stack.of(this);
    const ownHost = `${api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.hosts = domain ? [ownHost, domain.name] : [ownHost];
    this.url = domain ? `https://${domain.name}/` : stage.url;
    if (domain) this.answerAt(domain, api, stage);
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

  /** The name's own record is the operator's to make: it points to the outputs. */
  private answerAt(
    { name, certificateArn }: NonNullable<Configuration['domain']>,
    api: HttpApi,
    stage: HttpStage,
  ): void {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    const domainName = new DomainName(this, 'Domain', { domainName: name, certificate });
    new ApiMapping(this, 'Mapping', { api, domainName, stage });
    const { regionalDomainName, regionalHostedZoneId } = domainName;
    addOutput(this, 'DomainTarget', regionalDomainName, `Where a record of ${name} leads to.`);
    addOutput(this, 'DomainZone', regionalHostedZoneId, 'The zone of DomainTarget, for an alias.');
  }
}
