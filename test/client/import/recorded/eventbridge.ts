// What the AWS CLI (2.x, API eventbridge-2015-10-07) prints: events list-api-destinations, describe-api-destination,
// describe-connection, list-rules and list-targets-by-rule, put together as docs/coming-from/eventbridge.md does.
const ARN = 'arn:aws:events:eu-central-1:123456789012';

export const API_KEY = 'api-key-of-the-crm-31337';

/** @param url of the receiver */
export function eventBridgeExport(url: string) {
  const destination = (name: string, path: string, more: object = {}) => ({
    ApiDestinationArn: `${ARN}:api-destination/${name}/11111111-2222-3333-4444-555555555555`,
    Name: name,
    ApiDestinationState: 'ACTIVE',
    ConnectionArn: `${ARN}:connection/crm/66666666-7777-8888-9999-000000000000`,
    InvocationEndpoint: `${url}${path}`,
    HttpMethod: 'POST',
    InvocationRateLimitPerSecond: 300,
    CreationTime: '2026-03-01T09:30:00+00:00',
    LastModifiedTime: '2026-03-01T09:30:00+00:00',
    ...more,
  });
  const destinations = [destination('crm', '/crm/*'), destination('fetch', '/fetch', { HttpMethod: 'GET' })];
  const to = (name: string) =>
    destinations.find(({ Name }) => Name === name)?.ApiDestinationArn ?? '';
  const rule = (name: string, pattern: object | undefined, targets: object[], more: object = {}) => ({
    Name: name,
    Arn: `${ARN}:rule/shop/${name}`,
    State: 'ENABLED',
    EventBusName: 'shop',
    ...(pattern && { EventPattern: JSON.stringify(pattern) }),
    Targets: targets,
    ...more,
  });
  return {
    ApiDestinations: destinations,
    Connections: [
      {
        ConnectionArn: `${ARN}:connection/crm/66666666-7777-8888-9999-000000000000`,
        Name: 'crm',
        ConnectionState: 'AUTHORIZED',
        AuthorizationType: 'API_KEY',
        SecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:events!connection/crm/x',
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: 'X-Api-Key' },
          InvocationHttpParameters: {
            HeaderParameters: [{ Key: 'X-Shop', Value: 'acme', IsValueSecret: false }],
          },
        },
      },
    ],
    Rules: [
      rule(
        'orders',
        {
          source: ['com.acme.shop'],
          'detail-type': ['order.created', { prefix: 'invoice.' }, { suffix: '.failed' }],
          detail: { total: [{ numeric: ['>=', 100] }], country: [{ 'anything-but': ['US'] }] },
        },
        [
          {
            Id: 'to-crm',
            Arn: to('crm'),
            RoleArn: 'arn:aws:iam::123456789012:role/invoke',
            HttpParameters: { PathParameterValues: ['orders'], HeaderParameters: { 'X-Rule': 'orders' } },
            RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
          },
          { Id: 'to-queue', Arn: 'arn:aws:sqs:eu-central-1:123456789012:audit' },
        ],
      ),
      rule(
        'disabled',
        { 'detail-type': ['order.created'] },
        [{ Id: 'to-crm', Arn: to('crm'), HttpParameters: { PathParameterValues: ['late'] } }],
        { State: 'DISABLED' },
      ),
      rule('spaced', { 'detail-type': ['Order Placed'], account: ['123456789012'] }, [
        { Id: 'to-crm', Arn: to('crm'), InputTransformer: { InputTemplate: '{"a": <a>}' } },
      ]),
      rule('nightly', undefined, [{ Id: 'to-crm', Arn: to('crm') }], {
        ScheduleExpression: 'rate(1 day)',
      }),
      rule('read', { 'detail-type': ['order.created'] }, [{ Id: 'to-fetch', Arn: to('fetch') }]),
    ],
    Secrets: { crm: API_KEY },
  };
}
