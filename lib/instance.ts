// One instance of the service in somebody's app. Everything that bears a name in the account is named after it, so that
// two of them, in one stack or in two, are told apart.
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';

/** An id that CDK leaves out of logical ids and names; so do we. */
const UNNAMED = 'Default';
/** API Gateway's, the shortest that any service has for what we name. */
const MAX_NAME = 128;
/** All that CloudWatch takes in a dimension, without what it takes for the end of a line. */
const ASCII = /^[\x20-\x7e]*$/;

export abstract class Instance extends Construct {
  /** The stack's name and the path in it, such as `Shop/Webhooks`: unique in an account and region. */
  readonly instanceName: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.instanceName = nameOf(this);
    if (this.instanceName.length > MAX_NAME) {
      throw new Error(`${this.instanceName} is longer than the ${MAX_NAME} characters of a name`);
    }
    if (!ASCII.test(this.instanceName)) {
      throw new Error(`${this.instanceName} is a name with characters that are not ASCII`);
    }
  }

  /** @internal How faults of the settings begin: where they are to be mended. */
  get faultsBegin(): string {
    return `the props of ${this.node.path} have faults`;
  }
}

/** Of the instance that a construct belongs to. */
export function instanceNameOf(construct: Construct): string {
  return instanceOf(construct).instanceName;
}

/** What texts begin with: `Posthorn`, and which one where there may be several. */
export function titleOf(construct: Construct): string {
  const instance = instanceOf(construct);
  return instance.node.id === UNNAMED ? 'Posthorn' : `Posthorn ${instance.instanceName}`;
}

/** How faults of the settings begin: where they are to be mended. */
export function faultsOf(construct: Construct): string {
  return instanceOf(construct).faultsBegin;
}

/** The path in the app, for tags that CDK would make of it as it is. */
export function namedPathOf({ node }: IConstruct): string {
  return node.scopes
    .map(({ node }) => node.id)
    .filter((id) => id !== '' && id !== UNNAMED)
    .join('/');
}

/** An output of the instance that the construct belongs to. */
export function addOutput(
  construct: Construct,
  id: string,
  value: string,
  description: string,
): void {
  new CfnOutput(instanceOf(construct), id, { value, description });
}

function instanceOf(construct: Construct): Instance {
  const instance = construct.node.scopes.findLast((scope) => scope instanceof Instance);
  if (instance === undefined) throw new Error(`${construct.node.path} is in no instance`);
  return instance;
}

function nameOf(instance: Construct): string {
  const { scopes } = instance.node;
  // A nested stack has no name before it is deployed: it is a step of the path.
  const outermost = scopes.findIndex((scope) => Stack.isStack(scope));
  const path = scopes.slice(outermost + 1).map(({ node }) => node.id);
  const { stackName } = Stack.of(scopes[outermost] ?? instance);
  return [stackName, ...path.filter((id) => id !== UNNAMED)].join('/');
}
