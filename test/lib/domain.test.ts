import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/configuration.ts';
import { nagFindings, resourcesOf, templateOf } from '../builders/stack.ts';

const domain = {
  name: 'hooks.example.com',
  certificateArn:
    'arn:aws:acm:eu-central-1:123456789012:certificate/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab',
};

/** What each resource refers to, by its id. */
function dependenciesOf(settings: object): Map<string, Set<string>> {
  const { Resources } = templateOf(settings).toJSON();
  const ids = Object.keys(Resources);
  return new Map(
    ids.map((id) => {
      const text = JSON.stringify(Resources[id].Properties ?? {});
      const refersTo = (other: string) =>
        text.includes(`{"Ref":"${other}"}`) || text.includes(`{"Fn::GetAtt":["${other}"`);
      const waitsFor: string[] = [Resources[id].DependsOn ?? []].flat();
      return [id, new Set([...ids.filter(refersTo), ...waitsFor])];
    }),
  );
}

function hasCircle(graph: Map<string, Set<string>>): boolean {
  const done = new Set<string>();
  const visit = (id: string, above: readonly string[]): boolean => {
    if (above.includes(id)) return true;
    if (done.has(id)) return false;
    const found = [...(graph.get(id) ?? [])].some((next) => visit(next, [...above, id]));
    done.add(id);
    return found;
  };
  return [...graph.keys()].some((id) => visit(id, []));
}

describe('the names of the API', () => {
  it.each([{}, { domain }, { egress: 'static', domain }])(
    'are told to those who judge URLs, and no resources wait for each other: %j',
    (settings) => {
      const template = templateOf(settings);
      for (const { id, Properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
        const own = JSON.stringify(
          Object(Properties.Environment).Variables.POSTHORN_OWN_HOSTS ?? null,
        );
        const judges = /^(Api|Dispatch)Function/.test(id);
        expect([id, own.includes('.execute-api.')]).toEqual([id, judges]);
        expect(own.includes('hooks.example.com')).toBe(judges && 'domain' in settings);
      }
      expect(hasCircle(dependenciesOf(settings))).toBe(false);
    },
  );
});

describe('a domain', () => {
  it('is none unless configured', () => {
    expect(resourcesOf(templateOf(), 'AWS::ApiGatewayV2::DomainName')).toEqual([]);
  });

  it('leads to the API by its certificate, over TLS 1.2 or newer', () => {
    const template = templateOf({ domain });
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: domain.name,
      DomainNameConfigurations: [
        { CertificateArn: domain.certificateArn, EndpointType: 'REGIONAL' },
      ],
    });
    const [name] = resourcesOf(template, 'AWS::ApiGatewayV2::DomainName');
    const { SecurityPolicy = 'TLS_1_2' } = Object(
      Object(name?.Properties.DomainNameConfigurations)[0],
    );
    expect(SecurityPolicy).toBe('TLS_1_2');
    const [mapping] = resourcesOf(template, 'AWS::ApiGatewayV2::ApiMapping');
    expect(mapping?.Properties.Stage).toBe('$default');
    const { Outputs } = template.toJSON();
    expect(Outputs.ApiUrl.Value).toBe('https://hooks.example.com/');
    expect(JSON.stringify(Outputs.DomainTarget.Value)).toContain('RegionalDomainName');
    expect(JSON.stringify(Outputs.DomainZone.Value)).toContain('RegionalHostedZoneId');
    expect(nagFindings({ domain })).toEqual([]);
  });

  it('may be the only name', () => {
    const disabled = (settings: object) =>
      resourcesOf(templateOf(settings), 'AWS::ApiGatewayV2::Api')[0]?.Properties
        .DisableExecuteApiEndpoint;
    expect(disabled({ domain })).not.toBe(true);
    expect(disabled({ domain: { ...domain, only: true } })).toBe(true);
  });

  it('and its certificate are checked at synth', () => {
    for (const wrong of [
      { ...domain, name: 'Hooks.example.com' },
      { ...domain, name: 'hooks' },
      { ...domain, name: 'https://hooks.example.com' },
      { ...domain, certificateArn: 'arn:aws:iam::123456789012:server-certificate/x' },
      { name: domain.name },
    ]) {
      expect(() => parseConfiguration({ domain: wrong })).toThrow('domain');
    }
  });
});
