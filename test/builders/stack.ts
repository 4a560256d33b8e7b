// The stack as a template, synthesized without bundling: what the functions hold is tested elsewhere.
import { App, Aspects } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfiguration } from '../../lib/configuration.ts';
import { PosthornStack } from '../../lib/posthorn-stack.ts';

function build(settings: object): PosthornStack {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const configuration = parseConfiguration(settings);
  return new PosthornStack(app, configuration.stackName, { configuration });
}

export function templateOf(settings: object = {}): Template {
  return Template.fromStack(build(settings));
}

/** What cdk-nag finds that is not suppressed, one text for each. */
export function nagFindings(settings: object = {}): string[] {
  const stack = build(settings);
  Aspects.of(stack).add(new AwsSolutionsChecks({ verbose: true }));
  const annotations = Annotations.fromStack(stack);
  const anything = Match.stringLikeRegexp('AwsSolutions-|CdkNagValidationFailure');
  return [...annotations.findError('*', anything), ...annotations.findWarning('*', anything)].map(
    (finding) => `${finding.id}: ${String(finding.entry.data)}`,
  );
}

export interface Resource {
  readonly id: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export function resourcesOf(template: Template, type?: string): Resource[] {
  const all: Record<string, Omit<Resource, 'id'>> = template.toJSON().Resources;
  return Object.entries(all)
    .map(([id, resource]) => ({ id, ...resource }))
    .filter((resource) => type === undefined || resource.Type === type);
}

export interface Statement {
  readonly Condition?: unknown;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
}

/** Every statement of every policy in the template, by the resource that holds it. */
export function statementsOf(
  template: Template,
): { readonly holder: string; readonly statement: Statement }[] {
  return resourcesOf(template).flatMap(({ id, Properties = {} }) =>
    ['PolicyDocument', 'AssumeRolePolicyDocument'].flatMap((name) => {
      const document = Properties[name];
      const statements = isDocument(document) ? document.Statement : [];
      return statements.map((statement) => ({ holder: id, statement }));
    }),
  );
}

function isDocument(value: unknown): value is { Statement: Statement[] } {
  return typeof value === 'object' && value !== null && 'Statement' in value;
}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
