// The settings of an instance: `posthorn` in cdk.json, or the props of the construct. Each is described in
// docs/configuration.md.
import { Token } from 'aws-cdk-lib';
import { z } from 'zod';
import { settingsSchema } from '../lambdas/core/settings.ts';

/** CloudWatch Logs knows these retentions only, in days. */
const LOG_RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653];

const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const TOPIC = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;
const CERTIFICATE = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/;

const memoryMb = z.int().min(128).max(10_240);
const concurrency = z.int().min(2).max(1000);

/** What SQS gives at once: a larger batch needs a window of at least one second. */
const MAX_RECEIVED = 10;

/**
 * As long as the counts of an hour are kept. A line that comes late has its hour counted again as a whole, from all of its
 * files: with some of them gone, the count would replace a larger one.
 */
const LEAST_ARCHIVE_DAYS = 92;
const WHY_LEAST = 'hours are kept for so long, and are counted again from the archive';

/** @param gathered messages per invocation where a window is said, and the size is not */
const sourceSchema = (usualSize: number, maxConcurrency: number, gathered = usualSize) =>
  z
    .strictObject({
      /** Messages per invocation. */
      batchSize: z.int().min(1).max(1000).optional().meta({ default: usualSize }),
      /** 0: an invocation takes what is there. A batch that needs a window has one of a second, unless said. */
      windowSeconds: z.int().min(0).max(60).optional().meta({ default: 0 }),
      maxConcurrency: concurrency.default(maxConcurrency),
    })
    .transform(
      ({ batchSize = 0, windowSeconds = batchSize > MAX_RECEIVED ? 1 : 0, ...source }) => ({
        ...source,
        batchSize: batchSize || (windowSeconds > 0 ? gathered : usualSize),
        windowSeconds,
      }),
    )
    .refine(
      ({ batchSize, windowSeconds }) => batchSize <= MAX_RECEIVED || windowSeconds >= 1,
      `needs windowSeconds of at least 1 when batchSize is above ${MAX_RECEIVED}`,
    )
    .prefault({});

/** What `gather` says of a queue. Twenty messages are two full calls of SQS, which five pollers fill at 100 a second. */
const GATHERED = {
  events: { batchSize: 20, windowSeconds: 1 },
  deliveries: { batchSize: 20, windowSeconds: 1 },
  slow: { batchSize: 10, windowSeconds: 1 },
} as const;

/** What an app makes itself has an ARN that is known only when it is deployed. */
const arnOf = (form: RegExp, of: string) =>
  z.string().refine((arn) => Token.isUnresolved(arn) || form.test(arn), `must be the ARN of ${of}`);

export const propsSchema = z.strictObject({
  /** Whether the tables stay when the stack goes. The secrets always do. */
  retainData: z.boolean().default(true),
  logRetentionDays: z
    .int()
    .refine((days) => LOG_RETENTIONS.includes(days), `must be one of ${LOG_RETENTIONS.join(', ')}`)
    .default(30),
  allowedPorts: z.array(z.int().min(1).max(65_535)).min(1).max(50).default([443, 8443]),
  throttle: z
    .strictObject({
      /** Requests a second, and how many may come at once, over the whole API. */
      rate: z.int().min(1).max(100_000).default(2_000),
      burst: z.int().min(1).max(100_000).default(2_000),
    })
    .prefault({}),
  /** `static`: requests to receivers come from fixed addresses, through NAT gateways. */
  egress: z.enum(['dynamic', 'static']).default('dynamic'),
  /** A name of one's own for the API. */
  domain: z
    .strictObject({
      name: z.string().regex(DOMAIN, 'must be a name in lower case such as hooks.example.com'),
      /** Of a certificate for the name, in the stack's region. */
      certificateArn: arnOf(CERTIFICATE, 'a certificate of AWS Certificate Manager'),
      /** Whether the API answers at this name alone, and no longer at API Gateway's own. */
      only: z.boolean().default(false),
    })
    .optional(),
  /** `xray`: AWS X-Ray follows the functions' invocations, at its own price. */
  tracing: z.enum(['none', 'xray']).default('none'),
  /** Where alarms go: to a topic that is there, or to an address by a topic of the stack's own. */
  alarms: z
    .strictObject({
      topicArn: arnOf(TOPIC, 'an SNS topic').optional(),
      email: z.email('must be an address of e-mail').optional(),
      /** The alarm on cost: dollars in an hour, by the dashboard's estimate. */
      dollarsPerHour: z.number().min(0.01).max(100_000).default(10),
      /** The part before `#<heading>` in the alarms' texts. */
      runbook: z.string().min(1).max(500).default('docs/runbook.md'),
    })
    .refine(
      ({ topicArn, email }) => topicArn === undefined || email === undefined,
      'takes topicArn or email, not both',
    )
    .prefault({}),
  memoryMb: z
    .strictObject({
      ingest: memoryMb.default(256),
      fanOut: memoryMb.default(256),
      dispatch: memoryMb.default(256),
      wake: memoryMb.default(256),
      sweep: memoryMb.default(128),
      api: memoryMb.default(512),
      record: memoryMb.default(512),
      rollup: memoryMb.default(1024),
      web: memoryMb.default(256),
    })
    .prefault({}),
  /** What happened to deliveries, counted by the hour. */
  analytics: z
    .strictObject({
      /** How long the lines of attempts are kept. */
      archiveDays: z
        .int()
        .min(LEAST_ARCHIVE_DAYS, `must be at least ${LEAST_ARCHIVE_DAYS}: ${WHY_LEAST}`)
        .max(3650)
        .default(400),
      /** How long writes are gathered for a file of the archive. */
      windowSeconds: z.int().min(0).max(300).default(300),
      /** How often what is new is counted. */
      everyMinutes: z.int().min(1).max(60).default(5),
    })
    .prefault({}),
  /** `1s`: first attempts and the events before them wait up to a second each, to share calls: docs/adr/0014. */
  gather: z.enum(['none', '1s']).default('none'),
  sources: z
    .strictObject({
      events: sourceSchema(10, 50, GATHERED.events.batchSize),
      deliveries: sourceSchema(10, 200, GATHERED.deliveries.batchSize),
      /** The lane of endpoints that are slow to answer. */
      slow: sourceSchema(10, 200),
      retries: sourceSchema(10, 50),
      wakes: sourceSchema(1, 10),
    })
    .prefault({}),
  ...settingsSchema.shape,
});
export type Configuration = z.infer<typeof propsSchema>;
export type PosthornProps = z.input<typeof propsSchema>;

/** What our own app takes: the props, and what its stack is called. */
export const configurationSchema = z.strictObject({
  stackName: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9-]{0,99}$/,
      'must begin with a letter and hold letters, digits and -',
    )
    .default('Posthorn'),
  ...propsSchema.shape,
});
export type AppConfiguration = z.infer<typeof configurationSchema>;

/** How faults of our own app's settings begin. */
export const IN_CDK_JSON = 'cdk.json has faults under "posthorn"';

/** A wrong setting: names it, its value and what is allowed. Stops the synth. */
export class ConfigurationFault extends Error {
  override name = 'ConfigurationFault';
}

/**
 * @param region the stack's, where it is known: CDK says which one its credentials are for
 * @throws ConfigurationFault
 */
export function parseConfiguration(
  input: unknown,
  region = process.env.CDK_DEFAULT_REGION,
): AppConfiguration {
  return parse(configurationSchema, input, region, IN_CDK_JSON);
}

/**
 * @param region the stack's, where it is known
 * @param where what a fault's text begins with
 * @throws ConfigurationFault
 */
export function parseProps(
  input: PosthornProps,
  region: string | undefined,
  where: string,
): Configuration {
  return parse(propsSchema, input, region, where);
}

function parse<T extends Configuration>(
  schema: z.ZodType<T>,
  input: unknown,
  region: string | undefined,
  where: string,
): T {
  const parsed = schema.safeParse(input);
  const lines = parsed.success
    ? [
        ...elsewhere(parsed.data, region),
        ...unknownYet(parsed.data),
        ...saidTwice(input, parsed.data),
      ]
    : parsed.error.issues.flatMap((issue) => faultLines(input, issue));
  if (parsed.success && lines.length === 0) return gathered(parsed.data);
  throw new ConfigurationFault(`${where}:\n${lines.join('\n')}`);
}

/** With numbers for the word: our app's settings are parsed, and then the construct parses them again. */
function gathered<T extends Configuration>(settings: T): T {
  if (settings.gather === 'none') return settings;
  const sources = Object.entries(GATHERED).map(([name, numbers]) => [
    name,
    { ...settings.sources[name as keyof typeof GATHERED], ...numbers },
  ]);
  const all = { ...settings.sources, ...Object.fromEntries(sources) };
  return { ...settings, gather: 'none', sources: all };
}

/** `gather` is a word for six numbers: beside one of them nobody would know which of the two holds. */
function saidTwice(input: unknown, { gather }: Configuration): string[] {
  if (gather === 'none') return [];
  return Object.entries(GATHERED).flatMap(([source, numbers]) =>
    Object.keys(numbers).flatMap((number) => {
      const path = ['sources', source, number];
      const value = valueAt(input, path);
      return value === undefined
        ? []
        : [
            `  ${path.join('.')} = ${JSON.stringify(value)}: not beside gather = "${gather}", which sets it`,
          ];
    }),
  );
}

/** CloudWatch writes to topics of its region only, API Gateway takes certificates of its own, and SES has identities in each. */
function elsewhere({ alarms, domain, email }: Configuration, region: string | undefined): string[] {
  const arns = {
    'alarms.topicArn': alarms.topicArn,
    'domain.certificateArn': domain?.certificateArn,
    'email.identityArn': email?.identityArn,
  };
  return Object.entries(arns)
    .filter(([, arn]) => arn !== undefined && !Token.isUnresolved(arn))
    .filter(([, arn]) => region !== undefined && arn?.split(':')[3] !== region)
    .map(([name, arn]) => `  ${name} = "${arn}": must be in the stack's region, ${region}`);
}

/** Settings that functions read are measured and checked now: what CloudFormation puts in later is neither. */
function unknownYet(settings: Configuration): string[] {
  const read = Object.keys(settingsSchema.shape) as (keyof typeof settingsSchema.shape)[];
  return read.flatMap((name) => tokensIn(settings[name], name));
}

function tokensIn(value: unknown, name: string): string[] {
  if (Token.isUnresolved(value)) {
    return [`  ${name} = ${value}: must be known when the app is synthesized`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => tokensIn(inner, `${name}.${member}`));
}

function faultLines(input: unknown, issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const value = JSON.stringify(valueAt(input, [...issue.path, key]));
      return `  ${[...issue.path, key].join('.')} = ${value}: there is no such setting`;
    });
  }
  const name = issue.path.length === 0 ? 'posthorn' : issue.path.join('.');
  return [`  ${name} = ${JSON.stringify(valueAt(input, issue.path))}: ${issue.message}`];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, segment);
  }
  return value;
}
