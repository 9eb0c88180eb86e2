/** Multipart bodies cut into pieces anywhere, and everything a body can get wrong. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import type { FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { multipartParts, textOf } from '../../../../../src/platform/api/http/multipart-body.ts';

const BOUNDARY = 'aXbX';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

const bad = (said: string) =>
  expect.objectContaining({ code: 'SLY_BAD_MESSAGE', detail: expect.stringContaining(said) });

function requestOf(chunks: Iterable<Uint8Array>, type: string | undefined = TYPE): FastifyRequest {
  const raw = Readable.from(chunks, { objectMode: false });
  return { headers: { 'content-type': type }, raw } as unknown as FastifyRequest;
}

interface Read {
  name: string;
  isFile: boolean;
  bytes: Buffer;
}

async function read(chunks: Iterable<Uint8Array>, type?: string, mostParts = 100): Promise<Read[]> {
  const parts: Read[] = [];
  for await (const { name, isFile, body } of multipartParts(requestOf(chunks, type), { mostParts })) {
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(Buffer.from(piece));
    parts.push({ name, isFile, bytes: Buffer.concat(pieces) });
  }
  return parts;
}

const part = (head: string, body: string | Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`),
    Buffer.from(body as string),
    Buffer.from('\r\n'),
  ]);
const field = (name: string, value: string | Uint8Array): Buffer =>
  part(`Content-Disposition: form-data; name="${name}"`, value);
const file = (name: string, bytes: string | Uint8Array): Buffer =>
  part(`Content-Disposition: form-data; name="${name}"; filename="x"\r\nContent-Type: image/*`, bytes);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);

/** Bytes that look like the delimiter again and again. */
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', '-', '--', `\r\n--${BOUNDARY.slice(0, -1)}`, `--${BOUNDARY}`, 'a'),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.from(pieces.join('')))
  .filter((bytes) => !Buffer.concat([Buffer.from('\r\n'), bytes]).includes(`\r\n--${BOUNDARY}`));

test('whatever the parts hold and wherever the body is cut, the parts come out as they went in', async () => {
  const parts = fc.array(fc.record({ isFile: fc.boolean(), bytes: content }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      parts,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (sent, cuts) => {
        const body = Buffer.concat([
          ...sent.map(({ isFile, bytes }, at) => (isFile ? file : field)(`n${at}`, bytes)),
          END,
        ]);
        const chunks: Buffer[] = [];
        for (let at = 0, cut = 0; at < body.length; cut++) {
          const next = at + (cuts[cut % cuts.length] ?? 1);
          chunks.push(Buffer.from(body.subarray(at, next)));
          at = next;
        }
        expect(await read(chunks)).toEqual(sent.map((one, at) => ({ name: `n${at}`, ...one })));
      },
    ),
    { numRuns: 500 },
  );
});

test('large pieces pass through, and the memory they came in is given back', async () => {
  const bytes = randomBytes(300_000);
  const body = Buffer.concat([file('one', bytes), file('two', bytes), END]);
  const chunks = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => {
    const chunk = Buffer.allocUnsafeSlow(Math.min(65_536, Math.max(0, body.length - at * 65_536)));
    body.copy(chunk, 0, at * 65_536);
    return chunk;
  });
  const shared = Buffer.concat([Buffer.from(chunks.pop() ?? []), Buffer.from('after the end')]);
  const parts = await read([...chunks, shared.subarray(0, -13)]);
  expect(parts.map((one) => [one.name, one.bytes.equals(bytes)])).toEqual([
    ['one', true],
    ['two', true],
  ]);
  expect(chunks.map((chunk) => chunk.buffer.byteLength)).toEqual(chunks.map(() => 0));
  expect(shared.subarray(-13).toString()).toBe('after the end');
});

test('memory is filled to its end, the next one goes on there, and nothing is taken from the next part', async () => {
  const bytes = randomBytes(1000);
  const body = Buffer.concat([file('one', bytes), file('two', ''), field('three', 'text'), END]);
  const chunks = [0, 300, 600, 900].map((at) =>
    Buffer.from(body.subarray(at, at < 900 ? at + 300 : undefined)),
  );
  const seen: unknown[] = [];
  for await (const { name, body: of } of multipartParts(requestOf(chunks), { mostParts: 9 })) {
    if (name === 'three') break;
    const memory = Buffer.alloc(1200);
    const sizes = [
      await of.fill(memory.subarray(0, 250)),
      await of.fill(memory.subarray(250, 1000)),
      await of.fill(memory.subarray(1000)),
      await of.fill(memory),
    ];
    seen.push([name, sizes, memory.subarray(0, 1000).equals(bytes)]);
  }
  expect(seen).toEqual([
    ['one', [250, 750, 0, 0], true],
    ['two', [0, 0, 0, 0], false],
  ]);
});

test('what a part does not read is skipped', async () => {
  const names: string[] = [];
  const body = Buffer.concat([file('one', randomBytes(1000)), field('two', 'text'), file('three', ''), END]);
  for await (const one of multipartParts(requestOf([body.subarray(0, 500), body.subarray(500)]), {
    mostParts: 9,
  })) {
    names.push(one.name);
    if (one.name === 'two') expect(await textOf(one)).toBe('text');
  }
  expect(names).toEqual(['one', 'two', 'three']);
});

describe('heads', () => {
  test.each<[string, string, Omit<Read, 'bytes'> | undefined]>([
    ['a name with quotes', 'Content-Disposition: form-data; name="a\\"b"', { name: 'a"b', isFile: false }],
    ['a plain name', 'content-disposition:form-data;name=a; filename=b', { name: 'a', isFile: true }],
    ['a name of any letters', 'Content-Disposition: form-data; name="Bär"', { name: 'Bär', isFile: false }],
    [
      'a file name in its long form',
      "Content-Disposition: form-data; name=a; filename*=UTF-8''b",
      { name: 'a', isFile: true },
    ],
    [
      'bytes without a file name',
      'Content-Disposition: form-data; name="a"\r\nContent-Type: application/octet-stream',
      { name: 'a', isFile: true },
    ],
    ['a header over two lines', 'Content-Disposition: form-data;\r\n name="a"', { name: 'a', isFile: false }],
    ['no name', 'Content-Disposition: form-data', { name: '', isFile: false }],
    ['no part of a form', 'Content-Disposition: attachment; name="a"', undefined],
    ['no disposition', 'Content-Type: image/png', undefined],
  ])('%s', async (_what, head, expected) => {
    const parts = await read([Buffer.concat([part(head, 'x'), field('last', ''), END])]);
    expect(parts.slice(0, -1)).toEqual(
      expected === undefined ? [] : [{ ...expected, bytes: Buffer.from('x') }],
    );
    expect(parts.at(-1)?.name).toBe('last');
  });

  test('a part without a body may leave out its line end; text around the parts is nobody’s', async () => {
    const text = `preamble\r\n--${BOUNDARY} \t\r\nContent-Disposition: form-data; name="a"\r\n\r\n--${BOUNDARY}--\r\nepilogue\r\n--${BOUNDARY}\r\n`;
    expect(await read([Buffer.from(text)])).toEqual([{ name: 'a', isFile: false, bytes: Buffer.alloc(0) }]);
  });
});

describe('a body that is none', () => {
  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'before its last boundary'],
    ['no last boundary', field('a', 'b'), 'before its last boundary'],
    ['cut in a head', Buffer.from(`--${BOUNDARY}\r\nContent-Dis`), 'before its last boundary'],
    ['a line that is no header', Buffer.concat([part('nonsense', 'x'), END]), 'expected a header'],
    [
      'another boundary',
      Buffer.concat([Buffer.from(`--${BOUNDARY}Y\r\n`), field('a', 'b'), END]),
      'a header',
    ],
    ['endless headers', part(`X: ${'x'.repeat(20_000)}`, ''), 'bytes of headers'],
    ['headers without end', Buffer.from(`--${BOUNDARY}\r\nX: ${'x'.repeat(20_000)}`), 'bytes of headers'],
  ])('%s', async (_what, body, said) => {
    await expect(read([body])).rejects.toEqual(bad(said));
  });

  test.each([
    [undefined, 'got no content type'],
    ['application/json', 'got application/json'],
    ['multipart/form-database; boundary=x', 'got multipart/form-database'],
    ['multipart/form-data', 'names no boundary'],
    ['multipart/form-data; boundary=', 'names no boundary'],
  ])('of type %s', async (type, said) => {
    const request = requestOf([END], type);
    if (type === undefined) delete request.headers['content-type'];
    await expect(multipartParts(request, { mostParts: 1 }).next()).rejects.toEqual(bad(said));
  });

  test('a boundary in quotes is one', async () => {
    expect(await read([END], `multipart/form-data; charset=utf-8; boundary="${BOUNDARY}"`)).toEqual([]);
  });

  test('too many parts, too long a text', async () => {
    const three = Buffer.concat([field('a', ''), field('b', ''), field('c', ''), END]);
    expect(await read([three], TYPE, 3)).toHaveLength(3);
    await expect(read([three], TYPE, 2)).rejects.toEqual(bad('at most 2 parts'));
    const request = requestOf([Buffer.concat([field('a', 'x'.repeat((1 << 20) + 1)), END])]);
    await expect(
      (async () => {
        for await (const one of multipartParts(request, { mostParts: 1 })) await textOf(one);
      })(),
    ).rejects.toEqual(bad('bytes of text'));
  });

  test('a connection that breaks is the client’s doing, and what stops reading lets the rest flow', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield file('a', 'x').subarray(0, 90);
      throw new Error('aborted');
    }
    const raw = Readable.from(broken(), { objectMode: false });
    const parts = multipartParts({ headers: { 'content-type': TYPE }, raw } as unknown as FastifyRequest, {
      mostParts: 1,
    });
    await expect(
      (async () => {
        for await (const { body } of parts) for await (const _piece of body);
      })(),
    ).rejects.toEqual(bad('aborted'));

    const rest = requestOf([field('a', 'b'), ...Array.from({ length: 50 }, () => randomBytes(9000)), END]);
    for await (const _part of multipartParts(rest, { mostParts: 1 })) break;
    await new Promise((resolve) => rest.raw.once('end', resolve));
  });
});
