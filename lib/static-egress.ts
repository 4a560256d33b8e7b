// Fixed addresses for requests to receivers: a network of its own for dispatch, in two zones, that leads
// to the internet through NAT gateways and nowhere else. docs/static-egress.md has its rules and its price.
import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import {
  AclCidr,
  AclTraffic,
  Action,
  CfnEIP,
  FlowLog,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  NatProvider,
  NetworkAcl,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  SubnetType,
  TrafficDirection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Effect, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { NagSuppressions } from 'cdk-nag';
import { Construct } from 'constructs';
import type { Configuration } from './configuration.ts';
import { addOutput, namedPathOf } from './instance.ts';
import type { NodeFunction } from './node-function/node-function.ts';

const ZONES = 2;
/** CDK tags these with their path in the app, the id that we leave out of names included. */
const NAMED_BY_TAG = [Vpc, Subnet, NetworkAcl, FlowLog];
const CIDR = '10.73.0.0/22';
/** Inner IPv4 addresses: the destination guard refuses them by name, the network once more. */
const INNER_CIDRS = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '168.63.129.16/32',
];
/** What Lambda does to give a function a place in a network. AWS knows no narrower resource for it. */
const JOINING = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
/** And to take the place away, minutes after an update of the stack took the network out of the template. */
const LEAVING = ['ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces'];

export class StaticEgress extends Construct {
  readonly vpc: IVpc;
  readonly securityGroup: SecurityGroup;
  /** The Elastic IPs that receivers see. */
  readonly addresses: string[];

  constructor(
    scope: Construct,
    id: string,
    { allowedPorts, logRetentionDays, retainData }: Configuration,
  ) {
    super(scope, id);
    const elasticIps = Array.from({ length: ZONES }, (_, index) => {
      const ip = new CfnEIP(this, `Address${index + 1}`, { domain: 'vpc' });
      // Receivers have these in their firewalls, once a deployment has succeeded.
      ip.applyRemovalPolicy(
        retainData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      );
      return ip;
    });
    this.addresses = elasticIps.map((ip) => ip.attrPublicIp);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(CIDR),
      maxAzs: ZONES,
      natGateways: ZONES,
      natGatewayProvider: NatProvider.gateway({
        eipAllocationIds: elasticIps.map((ip) => ip.attrAllocationId),
      }),
      subnetConfiguration: [
        { name: 'Nat', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'Dispatch', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      ],
      // Nothing costs nothing: reads and writes of the tables do not go through NAT.
      gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
      // It would take a function of its own; nothing here is in that group.
      restrictDefaultSecurityGroup: false,
    });
    // The two types of CDK differ in an optional property under exactOptionalPropertyTypes alone.
    this.vpc = vpc as IVpc;
    this.securityGroup = this.outwardOnly(allowedPorts);
    this.refuseInner();
    this.logRefusals(logRetentionDays);
    for (const construct of this.node.findAll()) {
      if (NAMED_BY_TAG.some((type) => construct instanceof type)) {
        Tags.of(construct).add('Name', namedPathOf(construct));
      }
    }
    const description = 'Where requests to receivers come from: for their firewalls.';
    addOutput(this, 'EgressAddresses', this.addresses.join(','), description);
  }

  /** Lets Lambda place the function in the network. */
  grantJoining(fn: NodeFunction): void {
    grantToLambda(this, 'NotByItsCode', fn, JOINING);
  }

  /** No way in; out to the ports of endpoints, and to AWS at 443. */
  private outwardOnly(ports: readonly number[]): SecurityGroup {
    const group = new SecurityGroup(this, 'Outward', {
      vpc: this.vpc,
      description: 'Posthorn dispatch: outward only.',
      allowAllOutbound: false,
    });
    for (const port of [...new Set([443, ...ports])].sort((a, b) => a - b)) {
      group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), `receivers at ${port}`);
    }
    return group;
  }

  /**
   * The second wall, without state: what comes back needs rules of its own. The network's resolver is
   * not filtered by ACLs, and nothing else in the network is called.
   */
  private refuseInner(): void {
    const acl = new NetworkAcl(this, 'Outside', {
      vpc: this.vpc,
      subnetSelection: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    });
    const directions = [
      { name: 'To', direction: TrafficDirection.EGRESS, ports: AclTraffic.tcpPortRange(1, 65_535) },
      {
        name: 'From',
        direction: TrafficDirection.INGRESS,
        // Answers come back to ephemeral ports.
        ports: AclTraffic.tcpPortRange(1024, 65_535),
      },
    ];
    for (const { name, direction, ports } of directions) {
      for (const [index, cidr] of INNER_CIDRS.entries()) {
        acl.addEntry(`${name}Inner${index + 1}`, {
          direction,
          cidr: AclCidr.ipv4(cidr),
          ruleNumber: 100 + index,
          traffic: AclTraffic.allTraffic(),
          ruleAction: Action.DENY,
        });
      }
      acl.addEntry(`${name}Outside`, {
        direction,
        cidr: AclCidr.anyIpv4(),
        ruleNumber: 200,
        traffic: ports,
        ruleAction: Action.ALLOW,
      });
    }
    NagSuppressions.addResourceSuppressions(
      acl,
      [
        {
          id: 'AwsSolutions-VPC3',
          reason:
            'Security groups only allow: a wall that refuses inner addresses by itself takes an ACL. Its rules are few and tested.',
        },
      ],
      true,
    );
  }

  /** Only what was refused: one look shows whether something tried the wall. */
  private logRefusals(logRetentionDays: number): void {
    const logs = new LogGroup(this, 'Refusals', {
      retention: logRetentionDays as RetentionDays, // the configuration allows its values only
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(logs),
      trafficType: FlowLogTrafficType.REJECT,
    });
  }
}

/** For a function that may have a network: with the grants gone first, what Lambda made would stay, and block its removal. */
export function grantLeaving(fn: NodeFunction): void {
  grantToLambda(fn, 'LeavingNotByItsCode', fn, LEAVING);
}

/** Lambda acts by the function's role; the function's own code is denied the same. */
function grantToLambda(scope: Construct, denialId: string, fn: NodeFunction, actions: string[]) {
  fn.allow(actions, ['*']);
  NagSuppressions.addResourceSuppressions(
    fn.role,
    [
      {
        id: 'AwsSolutions-IAM5',
        reason:
          'Lambda makes and removes network interfaces by the role of the function, and takes no narrower resource. The code of the function is denied the same.',
        appliesTo: ['Resource::*'],
      },
    ],
    true,
  );
  new Policy(scope, denialId, {
    statements: [
      new PolicyStatement({
        effect: Effect.DENY,
        actions,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': fn.fn.functionArn } },
      }),
    ],
  }).attachToRole(fn.role);
}
