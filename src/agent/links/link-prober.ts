/**
 * Looks at a picture behind a link without keeping it: is it there, what is it, how large. Reads the first bytes
 * only. Every hop and every address a name resolves to is checked before a connection is made, and the connection
 * goes to the address that was checked (no second look-up in between).
 */
import { lookup as resolveAll } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { errnoOf, SlyError, toSlyError } from '../../lib/errors.ts';
import { createLimit } from '../../lib/limit.ts';
import type { LinkFacts, LinkProber } from '../ports/links.ts';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';

export interface LinkProberOptions {
  /** Hosts and networks that may be read although they are not public. */
  allow: readonly string[];
  /** Links looked at at once. */
  parallel: number;
  /** One request, ms. Default 15 s. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const HOPS = 3;
/** Bytes asked for; a picture with much metadata before its size needs the second try. */
const HEADS = [64 << 10, 1 << 20];
const KINDS: Record<string, { mime: string; extension: string }> = {
  jpg: { mime: 'image/jpeg', extension: '.jpg' },
  png: { mime: 'image/png', extension: '.png' },
  webp: { mime: 'image/webp', extension: '.webp' },
  bmp: { mime: 'image/bmp', extension: '.bmp' },
  tiff: { mime: 'image/tiff', extension: '.tiff' },
  heif: { mime: 'image/heif', extension: '.heic' },
  avif: { mime: 'image/avif', extension: '.avif' },
};

export function createLinkProber(options: LinkProberOptions): LinkProber & { close(): Promise<void> } {
  const { allow, parallel, timeoutMs = TIMEOUT_MS } = options;
  const guard = createAddressGuard(allow);
  const limit = createLimit(parallel);
  let client: ReturnType<typeof openClient> | undefined;

  async function probe(link: string, signal: AbortSignal): Promise<LinkFacts> {
    // Loaded at the first link: an idle agent does not pay for it.
    client ??= openClient(guard, parallel, timeoutMs);
    const { get, imageSize } = await client;
    let last: unknown;
    for (const bytes of HEADS) {
      const { head, size } = await get(
        link,
        bytes,
        AbortSignal.any([signal, AbortSignal.timeout(2 * timeoutMs)]),
      );
      try {
        const { width, height, type = '' } = imageSize(head);
        const kind = KINDS[type];
        if (kind === undefined) throw new Error(`expected a picture, got ${type}`);
        return { width, height, ...kind, ...(size === undefined ? {} : { size }) };
      } catch (error) {
        last = error;
        if (head.length < bytes) break;
      }
    }
    throw new SlyError('SLY_IMAGE_UNREADABLE', {
      detail: `expected a picture behind the link, got something else (${(last as Error).message})`,
    });
  }

  return {
    probe: (link, signal) =>
      limit(async () => {
        signal.throwIfAborted();
        try {
          return await probe(link, signal);
        } catch (error) {
          signal.throwIfAborted();
          throw asProblem(error);
        }
      }),
    async close() {
      await (await client)?.close();
    },
  };
}

async function openClient(guard: AddressGuard, connections: number, timeoutMs: number) {
  const [{ Agent, request }, { imageSize }] = await Promise.all([import('undici'), import('image-size')]);
  const dispatcher = new Agent({
    connections,
    connect: { lookup: guardedLookup(guard), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxOrigins: 64,
  });

  async function get(
    link: string,
    bytes: number,
    signal: AbortSignal,
  ): Promise<{ head: Buffer; size: number | undefined }> {
    let url = new URL(link);
    for (let hop = 0; ; hop++) {
      guard.checkUrl(url);
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        signal,
        headers: { range: `bytes=0-${bytes - 1}`, 'accept-encoding': 'identity', accept: 'image/*' },
      });
      if (statusCode >= 300 && statusCode < 400 && typeof headers.location === 'string') {
        body.destroy();
        body.on('error', () => undefined);
        if (hop === HOPS) throw new SlyError('SLY_NOT_FOUND', { detail: `more than ${HOPS} redirects` });
        url = new URL(headers.location, url);
        continue;
      }
      if (statusCode !== 200 && statusCode !== 206) {
        body.destroy();
        body.on('error', () => undefined);
        throw new SlyError('SLY_NOT_FOUND', {
          detail: `expected the picture, got HTTP status ${statusCode}`,
        });
      }
      const whole = /\/(\d+)$/.exec(String(headers['content-range'] ?? ''))?.[1] ?? headers['content-length'];
      return { head: await firstBytes(body, bytes), size: Number(whole) || undefined };
    }
  }
  return { get, imageSize, close: () => dispatcher.destroy() };
}

async function firstBytes(body: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    // A server without ranges would send all of it.
    if (size >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

function guardedLookup(guard: AddressGuard): LookupFunction {
  return (host, options, callback) => {
    resolveAll(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      try {
        guard.checkAddresses(
          host,
          found.map(({ address }) => address),
        );
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, '', 0);
      }
      const [first] = found;
      if (options.all === true || first === undefined)
        (callback as (error: null, all: typeof found) => void)(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function asProblem(error: unknown): SlyError {
  if (error instanceof SlyError) return error;
  const cause = (error as { cause?: unknown }).cause;
  if (cause instanceof SlyError) return cause;
  const errno = errnoOf(error) ?? errnoOf(cause);
  const name = (error as Error).name;
  if (errno === undefined && name !== 'TimeoutError' && name !== 'AbortError') return toSlyError(error);
  const what = errno === 'ENOTFOUND' ? 'there is no such host' : (errno ?? 'no answer in time');
  return new SlyError('SLY_NOT_FOUND', { detail: `the link cannot be read: ${what}`, cause: error });
}
