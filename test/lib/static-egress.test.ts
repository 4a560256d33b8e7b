import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { listOf, nagFindings, resourcesOf, statementsOf, templateOf } from '../builders/stack.ts';

const template = templateOf({ egress: 'static', allowedPorts: [443, 8443, 8080] });
const of = (type: string) => resourcesOf(template, type);
const references = (value: unknown, id: string | undefined) =>
  JSON.stringify(value).includes(`"${id}"`);

/** A subnet's way to somewhere, by its route table. */
function routesOf(subnetId: string) {
  const table = of('AWS::EC2::SubnetRouteTableAssociation').find(({ Properties }) =>
    references(Properties.SubnetId, subnetId),
  );
  return of('AWS::EC2::Route').filter(
    ({ Properties }) =>
      JSON.stringify(Properties.RouteTableId) === JSON.stringify(table?.Properties.RouteTableId),
  );
}

const dispatch = of('AWS::Lambda::Function').find(({ id }) => id.startsWith('Dispatch'));
const subnets = of('AWS::EC2::Subnet').filter(({ id }) =>
  references(Object(dispatch?.Properties.VpcConfig).SubnetIds, id),
);

describe('by default', () => {
  it('there is no network, and nothing of it is paid for', () => {
    const plain = templateOf();
    const kinds = resourcesOf(plain).map(({ Type }) => Type);
    expect(kinds.filter((kind) => kind.startsWith('AWS::EC2::'))).toEqual([]);
    const api = resourcesOf(plain, 'AWS::Lambda::Function').find(({ id }) => id.startsWith('Api'));
    expect(Object(api?.Properties.Environment).Variables.POSTHORN_EGRESS_ADDRESSES).toBe('');
  });
});

describe('static egress', () => {
  it('places dispatch, and no other function, in two zones that no look-up is needed for', () => {
    const placed = of('AWS::Lambda::Function').filter(({ Properties }) => Properties.VpcConfig);
    expect(placed.map(({ id }) => id)).toEqual([dispatch?.id]);
    expect(subnets).toHaveLength(2);
    expect(subnets.map(({ Properties }) => Properties.AvailabilityZone)).toEqual([
      { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] },
      { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] },
    ]);
  });

  it('leads out of each zone through its own NAT gateway with its own Elastic IP, and nowhere else', () => {
    const gateways = of('AWS::EC2::NatGateway');
    expect(gateways).toHaveLength(2);
    const seen = new Set<string>();
    for (const { id } of subnets) {
      const routes = routesOf(id);
      expect(routes.map(({ Properties }) => Properties.DestinationCidrBlock)).toEqual([
        '0.0.0.0/0',
      ]);
      seen.add(JSON.stringify(routes[0]?.Properties.NatGatewayId));
    }
    expect(seen.size).toBe(2);
    expect(of('AWS::EC2::EIP')).toHaveLength(2);
    for (const { id } of of('AWS::EC2::EIP')) {
      expect(
        gateways.filter(({ Properties }) => references(Properties.AllocationId, id)),
      ).toHaveLength(1);
    }
    for (const kind of ['VPCPeeringConnection', 'TransitGatewayAttachment', 'VPNGateway']) {
      expect(of(`AWS::EC2::${kind}`)).toEqual([]);
    }
  });

  it('keeps the addresses when the stack goes, as it keeps its data', () => {
    for (const ip of of('AWS::EC2::EIP')) expect(ip.DeletionPolicy).toBe('RetainExceptOnCreate');
    const thrownAway = templateOf({ egress: 'static', retainData: false });
    for (const ip of resourcesOf(thrownAway, 'AWS::EC2::EIP')) {
      expect(ip.DeletionPolicy).toBe('Delete');
    }
  });

  it('tells the addresses as an output and to the function that serves them', () => {
    const { Outputs } = template.toJSON();
    const api = of('AWS::Lambda::Function').find(({ id }) => id.startsWith('Api'));
    const told = [
      Outputs.EgressAddresses.Value,
      Object(api?.Properties.Environment).Variables.POSTHORN_EGRESS_ADDRESSES,
    ];
    for (const value of told) {
      for (const { id } of of('AWS::EC2::EIP')) expect(references(value, id)).toBe(true);
    }
  });

  it('reaches DynamoDB by a gateway endpoint, which costs nothing, and has no other endpoint', () => {
    const endpoints = of('AWS::EC2::VPCEndpoint');
    expect(endpoints).toHaveLength(1);
    expect(endpoints[0]?.Properties.VpcEndpointType).toBe('Gateway');
    expect(JSON.stringify(endpoints[0]?.Properties.ServiceName)).toContain('.dynamodb');
    for (const { id } of subnets) {
      const table = of('AWS::EC2::SubnetRouteTableAssociation').find(({ Properties }) =>
        references(Properties.SubnetId, id),
      );
      expect(listOf(endpoints[0]?.Properties.RouteTableIds)).toContainEqual(
        table?.Properties.RouteTableId,
      );
    }
  });
});

describe('the security group', () => {
  const [group] = of('AWS::EC2::SecurityGroup');

  it('is the only one, and dispatch’s', () => {
    expect(of('AWS::EC2::SecurityGroup')).toHaveLength(1);
    expect(references(Object(dispatch?.Properties.VpcConfig).SecurityGroupIds, group?.id)).toBe(
      true,
    );
  });

  it('lets nothing in, and out only to the ports of endpoints', () => {
    expect(group?.Properties.SecurityGroupIngress).toBeUndefined();
    expect(of('AWS::EC2::SecurityGroupIngress')).toEqual([]);
    const out = listOf(group?.Properties.SecurityGroupEgress).map((rule) => Object(rule));
    expect(out.map(({ FromPort }) => FromPort)).toEqual([443, 8080, 8443]);
    for (const { IpProtocol, FromPort, ToPort } of out) {
      expect([IpProtocol, ToPort]).toEqual(['tcp', FromPort]);
    }
  });

  it('has room for AWS though no endpoint may use 443', () => {
    const odd = resourcesOf(
      templateOf({ egress: 'static', allowedPorts: [8443] }),
      'AWS::EC2::SecurityGroup',
    );
    const ports = listOf(odd[0]?.Properties.SecurityGroupEgress).map(
      (rule) => Object(rule).FromPort,
    );
    expect(ports).toEqual([443, 8443]);
  });
});

describe('the network ACL', () => {
  interface Entry {
    readonly RuleNumber: number;
    readonly CidrBlock: string;
    readonly RuleAction: 'allow' | 'deny';
    readonly Egress: boolean;
    readonly Protocol: number;
    readonly PortRange?: { readonly From: number; readonly To: number };
  }
  const entries = of('AWS::EC2::NetworkAclEntry').map(
    ({ Properties }) => Object(Properties) as Entry,
  );
  const TCP = 6;

  /** As AWS evaluates it: the first rule that matches, by number; otherwise a refusal. */
  function verdict(egress: boolean, address: string, port: number, protocol = TCP): string {
    const matching = entries
      .filter((entry) => entry.Egress === egress)
      .sort((a, b) => a.RuleNumber - b.RuleNumber)
      .find(
        ({ CidrBlock, Protocol, PortRange }) =>
          ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(CidrBlock)) &&
          (Protocol === -1 || Protocol === protocol) &&
          (!PortRange || (port >= PortRange.From && port <= PortRange.To)),
      );
    return matching?.RuleAction ?? 'deny';
  }

  it('stands around both subnets of dispatch', () => {
    const [acl] = of('AWS::EC2::NetworkAcl');
    const around = of('AWS::EC2::SubnetNetworkAclAssociation');
    expect(around).toHaveLength(2);
    for (const { id } of subnets) {
      const one = around.find(({ Properties }) => references(Properties.SubnetId, id));
      expect(references(one?.Properties.NetworkAclId, acl?.id)).toBe(true);
    }
  });

  it.each([
    '10.0.0.1',
    '10.73.0.40',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '169.254.170.2',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  ])('refuses %s, both ways', (address) => {
    for (const port of [443, 8443, 40_000]) {
      expect(verdict(true, address, port)).toBe('deny');
      expect(verdict(false, address, port)).toBe('deny');
    }
  });

  it('lets requests out to the world, and their answers in', () => {
    for (const address of ['93.184.216.34', '1.1.1.1', '11.0.0.1', '172.32.0.1', '223.255.255.1']) {
      for (const port of [443, 8080, 8443]) expect(verdict(true, address, port)).toBe('allow');
      for (const port of [1024, 32_768, 65_535])
        expect(verdict(false, address, port)).toBe('allow');
      for (const port of [22, 443]) expect(verdict(false, address, port)).toBe('deny');
      const udp = 17;
      expect(verdict(true, address, 53, udp)).toBe('deny');
    }
  });

  it('stays within the 20 rules that AWS allows each way', () => {
    for (const egress of [true, false]) {
      expect(entries.filter((entry) => entry.Egress === egress).length).toBeLessThanOrEqual(20);
    }
  });
});

describe('grants', () => {
  const wild = (settings: object) =>
    statementsOf(templateOf(settings)).filter(({ statement }) =>
      listOf(statement.Resource ?? []).includes('*'),
    );

  const JOINING = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const LEAVING = ['ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces'];

  it.each([
    // An update takes grants away before Lambda has left the network: those stay.
    ['leave a network, without one', {}, [LEAVING]],
    ['join and leave a network, with one', { egress: 'static' }, [JOINING, LEAVING]],
  ])('on everything are those by which dispatch may %s', (_, settings, actions) => {
    const sorted = (effect: string) =>
      wild(settings)
        .filter(({ statement }) => statement.Effect === effect)
        .sort((a, b) => (String(a.statement.Action) < String(b.statement.Action) ? -1 : 1));
    // Lambda makes network interfaces by the function's role; EC2 knows no narrower resource for it.
    const allowed = sorted('Allow');
    expect(new Set(allowed.map(({ holder }) => holder.replace(/[0-9A-F]{8}$/, '')))).toEqual(
      new Set(['DispatchRoleDefaultPolicy']),
    );
    expect(allowed.map(({ statement }) => statement.Action)).toEqual(actions);
    // The code of dispatch itself may not.
    const denied = sorted('Deny');
    expect(denied.map(({ statement }) => statement.Action)).toEqual(actions);
    for (const { statement } of denied) {
      expect(JSON.stringify(statement)).toMatch(
        /"ArnEquals":\{"lambda:SourceFunctionArn":\{"Fn::GetAtt":\["DispatchFunction/,
      );
    }
  });

  it('pass cdk-nag', () => {
    expect(nagFindings({ egress: 'static' })).toEqual([]);
  });
});
