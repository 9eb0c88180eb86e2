/** Which requests of a script go on to the platform, and with which headers. */
import { describe, expect, test } from 'vitest';
import {
  answerHeaders,
  hasBody,
  headersOf,
  whyRefused,
} from '../../../../src/agent/gateway/request-rules.ts';

describe('paths', () => {
  test.each([
    '/public/api/v3/images.list',
    '/public/api/v3/images.list?filter=a%2Fb%20..%2F..&x=/agents/v1',
    '/public/api/v2/x.y',
  ])('%s goes on', (url) => {
    expect(whyRefused('POST', url)).toBeUndefined();
  });

  test.each([
    '/',
    '',
    '/agents/v1/link',
    '/healthz',
    '/public/apix/v3/a',
    '/public/api',
    '//public/api/v3/a',
    '/PUBLIC/API/v3/a',
    '/public/api/../agents/v1/register',
    '/public/api/v3/../../../agents/v1',
    '/public/api/v3/..',
    '/public/api/./v3/a',
    '/public/api/v3//a',
    '/public/api/%2e%2e/agents',
    '/public/api/%2E%2e%2fagents',
    '/public/api/v3%2f..%2f..%2fagents',
    '/public/api/v3\\..\\agents',
    '/public/api/v3%5c..',
    '/public/api/%252e%252e/agents',
    '/public/api/v3/a%00b',
    '/public/api/v3/a%0d%0aHost:evil',
    '/public/api/v3/%zz',
    '/public/api/v3/a#b',
    'http://example.com/public/api/v3/a',
    '*',
    'example.com:443',
  ])('%s is refused', (url) => {
    expect(whyRefused('GET', url)).toEqual(expect.any(String));
  });

  test.each(['CONNECT', 'TRACE', 'OPTIONS', 'PROPFIND', undefined])('method %s is refused', (method) => {
    expect(whyRefused(method, '/public/api/v3/a')).toContain('method');
  });
});

test('headers: what a call needs goes on, what says who or where from does not', () => {
  const sent = headersOf({
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': '5',
    range: 'bytes=0-1',
    'x-task-id': '5',
    host: 'evil',
    connection: 'keep-alive, X-Secret',
    'x-secret': 'one of this connection',
    'transfer-encoding': 'chunked',
    upgrade: 'websocket',
    authorization: 'Bearer stolen',
    cookie: 'session=1',
    'x-api-key': 'of somebody else',
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-host': 'evil',
    forwarded: 'for=10.0.0.1',
    origin: 'http://evil',
    'sec-fetch-site': 'same-origin',
    'x-http-method-override': 'DELETE',
  });
  expect(sent).toEqual({
    'content-type': 'multipart/form-data; boundary=x',
    'content-length': '5',
    range: 'bytes=0-1',
    'x-task-id': '5',
  });
  expect(answerHeaders({ 'content-type': 'a/b', 'set-cookie': ['a=1'], connection: 'close' })).toEqual({
    'content-type': 'a/b',
  });
});

test('a body is there when its length or its pieces are announced', () => {
  expect(hasBody({})).toBe(false);
  expect(hasBody({ 'content-length': '0' })).toBe(false);
  expect(hasBody({ 'content-length': '1' })).toBe(true);
  expect(hasBody({ 'transfer-encoding': 'chunked' })).toBe(true);
});
