/**
 * Pictures for the page out of stored ones: from the cache, or made once however many ask at the same time. What
 * cannot be made is remembered for a while, so that a bad file costs its decoding only now and then.
 */
import { createWriteStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../lib/clock.ts';
import { SlyError, toSlyError } from '../../lib/errors.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { MediaReader } from '../ports/media.ts';
import type { PictureSource, RenditionKind, Renditions } from '../ports/pictures.ts';
import { createRenderer, type RendererOptions } from './renderer.ts';
import { renditionName, renditionSize } from './rendition.ts';
import { createRenditionCache } from './rendition-cache.ts';

export interface RenditionsOptions extends RendererOptions {
  folder: string;
  blobs: Pick<BlobStore, 'open'>;
  /** For pictures of videos. */
  media: Pick<MediaReader, 'still'>;
  clock: Clock;
  /** Most bytes the cache keeps. */
  mostBytes?: number;
}

/** Some 50,000 thumbnails. */
const MOST_BYTES = 1 << 30;
/** Larger files are copied nowhere for a small picture. */
const MOST_SOURCE_BYTES = 2 ** 31;
const REMEMBER_MS = 10 * 60_000;
const MOST_REMEMBERED = 10_000;

interface Making {
  promise: Promise<void>;
  waiters: number;
  controller: AbortController;
}

export function createRenditions(options: RenditionsOptions): Renditions & { close(): Promise<void> } {
  const { blobs, clock, media } = options;
  const cache = createRenditionCache(options.folder, { mostBytes: options.mostBytes ?? MOST_BYTES });
  const renderer = createRenderer(options);
  const making = new Map<string, Making>();
  const failures = new Map<string, { error: SlyError; until: number }>();

  async function make(
    name: string,
    blob: PictureSource,
    kind: RenditionKind,
    signal: AbortSignal,
  ): Promise<void> {
    const [source, target] = [await cache.tempFile(), await cache.tempFile()];
    try {
      await renderer.render(
        async () => {
          const { sha256, size, stream } = blob;
          const picture =
            stream === undefined
              ? await blobs.open(sha256)
              : Readable.from([await media.still({ sha256, size, stream }, { signal })]);
          await pipeline(picture, createWriteStream(source, { mode: 0o600 }));
          return { source, target, ...renditionSize(kind) };
        },
        { signal },
      );
      await cache.keep(name, target);
    } catch (error) {
      const failure = toSlyError(error);
      if (failure.code === 'SLY_IMAGE_UNREADABLE') remember(name, failure);
      throw failure;
    } finally {
      await Promise.all([cache.discard(source), cache.discard(target)]);
    }
  }

  function remember(name: string, error: SlyError): void {
    const [oldest] = failures.keys();
    if (oldest !== undefined && failures.size >= MOST_REMEMBERED) failures.delete(oldest);
    failures.set(name, { error, until: clock.now() + REMEMBER_MS });
  }

  /** One that somebody makes already is waited for; it is given up when nobody waits any more. */
  async function made(
    name: string,
    blob: PictureSource,
    kind: RenditionKind,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted)
      throw new SlyError('SLY_ABORTED', { detail: 'nobody waits for the picture any more' });
    let one = making.get(name);
    if (one === undefined || one.controller.signal.aborted) {
      const controller = new AbortController();
      const started: Making = {
        controller,
        waiters: 0,
        promise: make(name, blob, kind, controller.signal).finally(() => {
          if (making.get(name) === started) making.delete(name);
        }),
      };
      one = started;
      making.set(name, started);
    }
    const { promise, controller } = one;
    one.waiters++;
    const leave = (): void => {
      if (one !== undefined && --one.waiters === 0) controller.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  return {
    async open(blob, kind, { signal }) {
      const name = renditionName(blob, kind);
      const failed = failures.get(name);
      if (failed !== undefined && failed.until > clock.now()) throw failed.error;
      if (blob.stream === undefined && blob.size > MOST_SOURCE_BYTES) {
        throw new SlyError('SLY_IMAGE_UNREADABLE', {
          detail: `expected at most ${MOST_SOURCE_BYTES} bytes to make a small picture of, got ${blob.size}`,
        });
      }
      const there = await cache.open(name);
      if (there !== undefined) return opened(there);
      await made(name, blob, kind, signal);
      const file = await cache.open(name);
      if (file === undefined)
        throw new SlyError('SLY_INTERNAL', { detail: `the picture ${name} is gone as soon as it was made` });
      return opened(file);
    },
    version: renditionName,
    usage: () => cache.usage(),
    close: () => renderer.close(),
  };
}

async function opened(
  file: FileHandle,
): Promise<{ size: number; body: ReturnType<FileHandle['createReadStream']> }> {
  const { size } = await file.stat();
  return { size, body: file.createReadStream() };
}
