import { describe, expect, it } from 'vitest';
import { isOwnHost } from '../../../local/gate/hosts.ts';

describe('a Host', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:3000',
    '[::1]:3000',
    '192.168.1.7:3000',
    'localhost',
    'LocalHost:3000',
    'app.localhost:3000',
    'posthorn:3000',
  ])('%s is its own', (host) => expect(isOwnHost(host, ['posthorn'])).toBe(true));

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.nip.io',
    '127.0.0.1@evil.example',
    'posthorn.evil.example',
    'localhost:3000:80',
  ])('%j is not', (host) => expect(isOwnHost(host, ['posthorn'])).toBe(false));
});
