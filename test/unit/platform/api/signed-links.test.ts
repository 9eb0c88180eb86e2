import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { createSignedLinks, linkSecret } from '../../../../src/platform/api/http/signed-links.ts';

const at = (now: number) => ({ ...systemClock, now: () => now });
const archive = { id: 3, sha256: 'a'.repeat(64) };
const secret = Buffer.alloc(32, 1);

function queryOf(text: string): { expires: string; signature: string } {
  const query = new URLSearchParams(text);
  return { expires: query.get('expires') ?? '', signature: query.get('signature') ?? '' };
}

test('good for what was signed, by who signed it, until its time', () => {
  const query = queryOf(createSignedLinks({ secret, clock: at(0) }).sign(archive, 10_000));
  const verify = (what: object, changes: object = {}, now = 9_999, by: Uint8Array = secret): boolean =>
    createSignedLinks({ secret: by, clock: at(now) }).verify(
      { ...archive, ...what },
      { ...query, ...changes },
    );
  expect(verify({})).toBe(true);
  expect(verify({}, {}, 10_000)).toBe(false);
  expect(verify({ id: 4 })).toBe(false);
  expect(verify({ sha256: 'b'.repeat(64) })).toBe(false);
  expect(verify({}, {}, 0, Buffer.alloc(32, 2))).toBe(false);
  for (const expires of ['11', '010', '10.0', '1e1', '', '-1', '9'.repeat(15)])
    expect(verify({}, { expires })).toBe(false);
  for (const signature of ['', 'x', query.signature.slice(1), `${query.signature}AA`])
    expect(verify({}, { signature })).toBe(false);
});

test('the secret is kept for the next start, private; a broken file is made anew', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sly-secret-'));
  const file = path.join(folder, 'link-secret');
  const first = await linkSecret(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(Buffer.from(await linkSecret(file)).equals(first)).toBe(true);
  writeFileSync(file, 'short');
  const second = await linkSecret(file);
  expect([second.length, Buffer.from(second).equals(first)]).toEqual([32, false]);
  rmSync(folder, { recursive: true });
});
