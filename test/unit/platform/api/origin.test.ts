import { describe, expect, test } from 'vitest';
import { assertHost, isOwnOrigin, ownNames, portOf } from '../../../../src/platform/api/auth/origin.ts';

describe('assertHost', () => {
  test.each(['localhost:8080', '127.0.0.1:1', '[::1]:8080', 'LOCALHOST'])(
    'loopback answers to %s',
    (host) => {
      expect(() => assertHost(host, '127.0.0.1')).not.toThrow();
    },
  );

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '',
    ' ',
    'a b',
    undefined,
  ])('loopback does not answer to %s', (host) => {
    expect(() => assertHost(host, '127.0.0.1')).toThrow(/Host check error/);
    expect(() => assertHost(host, '::ffff:127.0.0.1')).toThrow();
    expect(() => assertHost(host, '::1')).toThrow();
  });

  test('another address answers to any name, loopback also to the public one', () => {
    expect(() => assertHost('nas.local', '10.0.0.5')).not.toThrow();
    const own = ownNames({ publicUrl: 'https://label.example/x', listen: { host: 'GPU-7' } });
    for (const name of ['label.example', 'gpu-7:8080'])
      expect(() => assertHost(name, '127.0.1.1', own)).not.toThrow();
    expect(() => assertHost('evil.example', '127.0.1.1', own)).toThrow();
  });
});

test('only the own origin is the own origin', () => {
  const host = 'localhost:8080';
  expect(isOwnOrigin({ host })).toBe(true);
  expect(isOwnOrigin({ host, origin: 'http://localhost:8080' })).toBe(true);
  expect(isOwnOrigin({ host, origin: 'http://localhost:8081' })).toBe(false);
  expect(isOwnOrigin({ host, origin: 'http://evil.example' })).toBe(false);
  expect(isOwnOrigin({ host, origin: 'null' })).toBe(false);
  expect(isOwnOrigin({ host, origin: 'https://label.example' }, 'https://label.example/')).toBe(true);
});

test('the port of a host', () => {
  expect([portOf('a:81'), portOf('[::1]:82'), portOf('a'), portOf(undefined)]).toEqual([
    '81',
    '82',
    '80',
    '80',
  ]);
});
