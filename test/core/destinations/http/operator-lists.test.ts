// What an operator opens and closes: per stack, and never what leads to credentials.
import { describe, expect, it } from 'vitest';
import { NO_LISTS, type OperatorLists } from '../../../../lambdas/core/destinations/http/lists.ts';
import {
  type DestinationRules,
  judgeAddress,
  judgeUrl,
  rulesFor,
  STRICT_RULES,
} from '../../../../lambdas/core/destinations/http/url.ts';
import { parseConfiguration } from '../../../../lib/configuration.ts';
import { answerAndClose, LAX, listen, senderWith } from '../../../adapters/sender/http/sending.ts';

const strictWith = (lists: Partial<OperatorLists>): DestinationRules => ({
  ...STRICT_RULES,
  lists: { ...NO_LISTS, ...lists },
});
const faultOf = (destinations: unknown): string => {
  try {
    parseConfiguration({ destinations });
    return '';
  } catch (error) {
    return String(error);
  }
};

describe('allowCidrs', () => {
  it('open a private range, and nothing beside it', () => {
    const rules = strictWith({ allowCidrs: ['10.1.0.0/16', 'fd12::/48'] });
    expect(judgeAddress('10.1.2.3', rules)).toBe('allowed');
    expect(judgeAddress('fd12::1', rules)).toBe('allowed');
    expect(judgeAddress('10.2.0.1', rules)).toBe('refused');
    expect(judgeAddress('fd13::1', rules)).toBe('refused');
    expect(judgeAddress('::ffff:10.1.2.3', rules)).toBe('refused');
  });

  it('however wide, never open loopback, metadata or tunnels', () => {
    const rules = strictWith({ allowCidrs: ['0.0.0.0/0', '::/0'] });
    expect(judgeAddress('10.0.0.1', rules)).toBe('allowed');
    for (const address of [
      '127.0.0.1',
      '169.254.169.254',
      '169.254.170.2',
      '168.63.129.16',
      '100.100.100.200',
      '192.0.0.192',
      '0.0.0.0',
      '224.0.0.1',
      '::1',
      'fd00:ec2::254',
      'fe80::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      '2a00::5efe:a00:1',
    ]) {
      expect([address, judgeAddress(address, rules)]).toEqual([address, 'refused']);
    }
  });
});

describe('denyCidrs and ownCidrs', () => {
  it.each(['denyCidrs', 'ownCidrs'] as const)(
    '%s close a public range and win over allowCidrs',
    (list) => {
      const rules = strictWith({
        allowCidrs: ['10.0.0.0/8'],
        [list]: ['93.184.0.0/16', '10.9.0.0/16'],
      });
      expect(judgeAddress('93.184.216.34', rules)).toBe('refused');
      expect(judgeAddress('93.185.0.1', rules)).toBe('allowed');
      expect(judgeAddress('10.9.0.1', rules)).toBe('refused');
      expect(judgeAddress('10.8.0.1', rules)).toBe('allowed');
    },
  );

  it('hold in the embedded runtime too, for the connection itself', async () => {
    const listener = await listen(answerAndClose);
    const url = `http://127.0.0.1:${listener.port}/`;
    const rules = { ...LAX, lists: { ...NO_LISTS, denyCidrs: ['127.0.0.0/8'] } };
    expect((await senderWith(LAX)(url)).name).toBe('http_200');
    expect((await senderWith(rules)(url)).name).toBe('blocked_address');
    const named = senderWith(rules, { resolve: async () => ['127.0.0.1'] });
    expect((await named(`http://hooks.example.org:${listener.port}/`)).name).toBe(
      'blocked_address',
    );
    expect(listener.connections()).toBe(1);
    await listener.close();
  });
});

describe('names', () => {
  it('that are allowed may be inner ones, with all below them', () => {
    const rules = strictWith({ allowNames: ['corp.internal', 'gateway'] });
    for (const host of ['corp.internal', 'a.corp.internal', 'CORP.internal.', 'gateway']) {
      expect([host, judgeUrl(`https://${host}/`, rules).kind]).toEqual([host, 'allowed']);
    }
    for (const host of ['xcorp.internal', 'other.internal', 'corp.internal.local']) {
      expect([host, judgeUrl(`https://${host}/`, rules).kind]).toEqual([host, 'refused']);
    }
  });

  it('that are allowed open no address', async () => {
    const rules = { ...strictWith({ allowNames: ['corp.internal'] }) };
    const send = senderWith(rules, { resolve: async () => ['10.0.0.1'] });
    expect((await send('https://a.corp.internal/')).name).toBe('blocked_address');
  });

  it.each(['denyNames', 'ownHosts'] as const)(
    'of %s are refused, win over allowNames, and tell no more',
    (list) => {
      const rules = strictWith({ allowNames: ['evil.example.org'], [list]: ['evil.example.org'] });
      for (const host of ['evil.example.org', 'a.EVIL.example.org', 'evil.example.org.']) {
        expect(judgeUrl(`https://${host}/`, rules)).toEqual({
          kind: 'refused',
          reason: 'must not lead to a host that this service does not send to',
        });
      }
      expect(judgeUrl('https://notevil.example.org/', rules).kind).toBe('allowed');
    },
  );
});

describe('testAllowsHttp', () => {
  it('allows plain HTTP in the environment test alone, at an allowed port', async () => {
    const rules = { ...strictWith({ testAllowsHttp: true }), allowedPorts: [80, 443] };
    const url = 'http://hooks.example.org/';
    expect(judgeUrl(url, rulesFor(rules, 'test')).kind).toBe('allowed');
    expect(judgeUrl(url, rulesFor(rules, 'live')).kind).toBe('refused');
    expect(judgeUrl(url, rulesFor(STRICT_RULES, 'test')).kind).toBe('refused');
    expect(judgeUrl('http://hooks.example.org:8080/', rulesFor(rules, 'test')).kind).toBe(
      'refused',
    );
  });

  it('holds for what is sent as for what is saved', async () => {
    const listener = await listen(answerAndClose);
    const rules: DestinationRules = {
      allowHttp: false,
      allowPrivate: true,
      allowedPorts: 'any',
      lists: { ...NO_LISTS, testAllowsHttp: true },
    };
    const url = `http://127.0.0.1:${listener.port}/`;
    expect((await senderWith(rules)(url, { environment: 'test' })).name).toBe('http_200');
    expect((await senderWith(rules)(url, { environment: 'live' })).name).toBe('blocked_address');
    expect((await senderWith(rules)(url)).name).toBe('blocked_address');
    await listener.close();
  });
});

describe('a wrong entry stops the synth', () => {
  it.each<[unknown, string]>([
    [{ allowCidrs: ['10.0.0.1'] }, 'must be a CIDR'],
    [{ allowCidrs: ['10.1/16'] }, 'must be a CIDR'],
    [{ denyCidrs: ['012.0.0.0/8'] }, 'must be a CIDR'],
    [{ denyCidrs: ['10.0.0.0/33'] }, 'must be a CIDR'],
    [{ ownCidrs: ['fe80::%1/10'] }, 'must be a CIDR'],
    [{ allowCidrs: ['169.254.169.254/32'] }, 'may not open'],
    [{ allowCidrs: ['127.0.0.0/8'] }, 'may not open'],
    [{ allowCidrs: ['fd00:ec2::254/128'] }, 'may not open'],
    [{ allowCidrs: ['::ffff:10.0.0.0/104'] }, 'may not open'],
    [{ allowNames: ['.example.org'] }, 'must be a name'],
    [{ denyNames: ['Example.org'] }, 'must be a name'],
    [{ denyNames: ['*.example.org'] }, 'must be a name'],
    [{ ownHosts: ['10.0.0.1'] }, 'must be a name'],
    [{ ownHosts: ['https://api.example.org'] }, 'must be a name'],
    [
      { denyNames: Array.from({ length: 50 }, (_, index) => `${'a'.repeat(60)}.${index}.org`) },
      'characters in all',
    ],
    [{ allow: [] }, 'no such setting'],
  ])('%j', (destinations, text) => {
    expect(faultOf(destinations)).toContain(text);
  });
});
