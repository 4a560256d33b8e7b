import { describe, expect, it } from 'vitest';
import { type HttpRequest, toEvent } from '../../../local/http/event.ts';
import { matchRoute } from '../../../local/http/routes.ts';

describe('a route', () => {
  const routes = [
    '$default',
    'ANY /{proxy+}',
    'ANY /v1/events',
    'POST /v1/events',
    'GET /v1/events/{id}',
    'GET /v1/events/batch',
    'ANY /v1/{rest+}',
  ].map((routeKey) => ({ routeKey, target: routeKey }));
  const routeOf = (method: string, path: string) => matchRoute(routes, method, path)?.route.target;

  it('is the most specific one, whatever the order', () => {
    expect(routeOf('POST', '/v1/events')).toBe('POST /v1/events');
    expect(routeOf('GET', '/v1/events')).toBe('ANY /v1/events');
    expect(routeOf('GET', '/v1/events/evt_1')).toBe('GET /v1/events/{id}');
    expect(routeOf('GET', '/v1/events/batch')).toBe('GET /v1/events/batch');
    expect(routeOf('PUT', '/v1/events/evt_1')).toBe('ANY /v1/{rest+}');
    expect(routeOf('GET', '/health')).toBe('ANY /{proxy+}');
    expect(routeOf('GET', '/')).toBe('$default');
  });

  it.each([
    ['/v1/events/', '$default'],
    ['/v1/events//', '$default'],
    ['//v1/events', '$default'],
    ['/v1//events', '$default'],
    ['/V1/events', '$default'],
    ['/v1/events', 'POST /v1/events'],
    ['/v1/events/batch', 'POST /v1/events/batch'],
    ['/', '$default'],
    ['', '$default'],
  ])('compares paths exactly, as HTTP APIs do: %s', (path, route) => {
    // First comes a "full match for a route and method", and $default gets what nothing else matches:
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
    const own = ['$default', 'POST /v1/events', 'POST /v1/events/batch'].map((routeKey) => ({
      routeKey,
      target: routeKey,
    }));
    expect(matchRoute(own, 'POST', path)?.route.target).toBe(route);
  });

  it('gives the parameters of its path', () => {
    expect(matchRoute(routes, 'GET', '/v1/events/evt_1')?.pathParameters).toEqual({ id: 'evt_1' });
    expect(matchRoute(routes, 'GET', '/a/b')?.pathParameters).toEqual({ proxy: 'a/b' });
  });

  it('is none when nothing matches', () => {
    const one = [{ routeKey: 'POST /a', target: 1 }];
    expect(matchRoute(one, 'GET', '/a')).toBeUndefined();
    expect(matchRoute(one, 'POST', '/a/b')).toBeUndefined();
    expect(matchRoute(one, 'POST', '/')).toBeUndefined();
  });
});

describe('an event of payload format 2.0', () => {
  const request = (changes: Partial<HttpRequest>): HttpRequest => ({
    method: 'POST',
    target: '/v1/events',
    protocol: 'HTTP/1.1',
    headers: {},
    sourceIp: '127.0.0.1',
    body: Buffer.alloc(0),
    ...changes,
  });
  const eventOf = (changes: Partial<HttpRequest>) =>
    toEvent(request(changes), 'api', 'POST /v1/events', {});

  it('carries text as it is', () => {
    for (const type of [
      'application/json',
      'application/problem+json; charset=utf-8',
      'text/plain',
      undefined,
    ]) {
      const headers = type === undefined ? {} : { 'content-type': type };
      const event = eventOf({ headers, body: Buffer.from('{"ö":1}') });
      expect([event.body, event.isBase64Encoded]).toEqual(['{"ö":1}', false]);
    }
  });

  it('carries other content, and text that is not UTF-8, as base64', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    for (const type of ['application/json', 'application/octet-stream']) {
      const event = eventOf({ headers: { 'content-type': type }, body: bytes });
      expect([event.body, event.isBase64Encoded]).toEqual([bytes.toString('base64'), true]);
    }
  });

  it('has no body where the request had none', () => {
    expect(eventOf({})).not.toHaveProperty('body');
  });

  it('joins repeated headers and query parameters by commas, and lists cookies', () => {
    const event = eventOf({
      target: '/v1/a%20b?x=1&x=2&y=',
      headers: { 'x-many': ['a', 'b'], cookie: 'c=1; d=2', host: 'example.test' },
    });
    expect(event.headers).toEqual({ 'x-many': 'a,b', host: 'example.test' });
    expect(event.queryStringParameters).toEqual({ x: '1,2', y: '' });
    expect(event.cookies).toEqual(['c=1', 'd=2']);
    expect(event.rawPath).toBe('/v1/a b');
    expect(event.rawQueryString).toBe('x=1&x=2&y=');
    expect(event.requestContext.domainName).toBe('example.test');
    expect(event.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
  });
});
