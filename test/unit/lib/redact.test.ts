/** Secrets are taken out of text, and what is none stays readable. */
import { describe, expect, test } from 'vitest';
import { createRecentLines } from '../../../src/lib/recent-lines.ts';
import { createRedactor } from '../../../src/lib/redact.ts';

const SECRET = 'q3Jv0-9xZ_kEw7TtBn2LmA5yUc8RdPfHsGiXoVbNaKe';

describe('a secret goes wherever it stands', () => {
  const redact = createRedactor();
  test.each([
    `https://proxy-user:${SECRET}@proxy.example:3128/`,
    `connecting through http://${SECRET}@host and again http://u:${SECRET}@other`,
    `Authorization: Bearer ${SECRET}`,
    `authorization=Basic ${SECRET}`,
    `{"headers":{"authorization":"Bearer ${SECRET}"}}`,
    `{\\"token\\":\\"${SECRET}\\"}`,
    `proxy-authorization: ${SECRET}`,
    `x-api-key: ${SECRET}`,
    `password=${SECRET}&next=1`,
    `GET /login?code=${SECRET} failed`,
    `expires=1&signature=${SECRET}`,
    `the server wants Bearer ${SECRET} here`,
    `Cookie: sly=${SECRET}`,
  ])('%s', (text) => {
    const clean = redact(text);
    expect(clean).not.toContain(SECRET);
    expect(clean).toContain('[redacted]');
  });

  test('known values go by themselves, also as an address or a JSON string writes them', () => {
    const odd = 'a b/"c"?&long';
    const clean = createRedactor([odd, 'a b/', undefined, ''])(
      `${odd} ${encodeURIComponent(odd)} ${JSON.stringify({ a: odd })} abc`,
    );
    expect(clean).toBe('[redacted] [redacted] {"a":"[redacted]"} abc');
  });

  test('a short known value does not take ordinary words with it', () => {
    expect(createRedactor(['a', 'for'])('a word for a person')).toBe('a word for a person');
  });
});

test.each([
  'token_file is not readable',
  'expected the bearer token of an agent',
  '{"code":"SLY_TIMEOUT","size":12}',
  'http://nas.local:8080/data?page=2',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'basic checks passed',
])('what is no secret stays: %s', (text) => {
  expect(createRedactor()(text)).toBe(text);
});

describe('the last lines', () => {
  test('are the newest that fit, whole and in order', () => {
    const recent = createRecentLines(1000);
    for (let n = 0; n < 100_000; n++) recent.add(`line ${n}\n`);
    const lines = recent.lines();
    expect(lines.at(-1)).toBe('line 99999');
    expect(lines.map((line) => Number(line.slice(5)))).toEqual(
      Array.from({ length: lines.length }, (_, at) => 100_000 - lines.length + at),
    );
    expect(lines.join('').length).toBeLessThanOrEqual(1000);
    expect(lines.length).toBeGreaterThan(80);
  });

  test('one that is longer than all of them may be is left out, and empty ones', () => {
    const recent = createRecentLines(10);
    for (const line of ['one', '', '\n', 'x'.repeat(11), 'two']) recent.add(line);
    expect(recent.lines()).toEqual(['one', 'two']);
  });
});
