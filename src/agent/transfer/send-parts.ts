/** Large blobs in parts: a part that storage has (same number, size and CRC-32) is not sent again. */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { SlyError } from '../../lib/errors.ts';
import { PART_CRC_HEADER, type UploadReply } from '../../protocol/publish.ts';
import type { SendOptions, SentFile } from '../ports/platform.ts';
import type { PlatformHttp } from './platform-http.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
/** Parts on their way at once: enough to keep disk and socket busy, few enough to bound memory. */
const PARALLEL = 3;
const MAX_STARTS_OVER = 2;

interface UploadRequest {
  resumeKey: string;
  sha256?: string;
  size?: number;
}

export function createPartSender(http: PlatformHttp) {
  const begin = (request: UploadRequest, signal: AbortSignal): Promise<UploadReply> =>
    http.json<UploadReply>({
      method: 'POST',
      path: '/agents/v1/uploads',
      headers: JSON_TYPE,
      body: () => JSON.stringify(request),
      signal,
    });

  const complete = async (uploadId: string, blob: SentFile, signal: AbortSignal): Promise<void> => {
    await http.json({
      method: 'POST',
      path: `/agents/v1/uploads/${uploadId}/complete`,
      headers: JSON_TYPE,
      body: () => JSON.stringify(blob),
      signal,
    });
  };

  const putPart = async (
    upload: UploadReply,
    part: number,
    bytes: Uint8Array,
    options: SendOptions,
  ): Promise<void> => {
    const sum = crc32(bytes);
    const known = upload.received.find((one) => one.part === part);
    if (known === undefined || known.crc32 !== sum || known.size !== bytes.length) {
      await http.json({
        method: 'PUT',
        path: `/agents/v1/uploads/${upload.uploadId}/parts/${part}`,
        headers: { 'content-type': 'application/octet-stream', [PART_CRC_HEADER]: String(sum) },
        body: () => bytes,
        signal: options.signal,
      });
    }
    options.onBytes?.(bytes.length);
  };

  async function sendFileOnce(
    path: string,
    start: number,
    blob: SentFile,
    options: SendOptions,
  ): Promise<void> {
    const upload = await begin({ resumeKey: `blob-${blob.sha256}`, ...blob }, options.signal);
    if (upload.done) {
      options.onBytes?.(blob.size);
      return;
    }
    const file = await open(path, 'r');
    try {
      const parts = Math.ceil(blob.size / upload.partSize);
      let next = 0;
      const lane = async (): Promise<void> => {
        const buffer = Buffer.allocUnsafe(Math.min(upload.partSize, blob.size));
        for (let part = next++; part < parts; part = next++) {
          const from = part * upload.partSize;
          const want = Math.min(upload.partSize, blob.size - from);
          const bytes = buffer.subarray(0, want);
          await readFully(file, bytes, start + from, path);
          await putPart(upload, part, bytes, options);
        }
      };
      await Promise.all(Array.from({ length: Math.min(PARALLEL, parts) }, lane));
    } finally {
      await file.close();
    }
    await complete(upload.uploadId, blob, options.signal);
  }

  return {
    /** Sends `[start, start + blob.size)` of a file whose hash is known. */
    sendFile: (path: string, start: number, blob: SentFile, options: SendOptions): Promise<void> =>
      startingOver(() => sendFileOnce(path, start, blob, options)),

    /** Sends a stream of unknown size; the same `resumeKey` goes on where an earlier try ended. */
    async sendStream(
      chunks: AsyncIterable<Uint8Array>,
      resumeKey: string,
      options: SendOptions,
    ): Promise<SentFile> {
      const upload = await begin({ resumeKey }, options.signal);
      const hash = createHash('sha256');
      let size = 0;
      let part = 0;
      let held: Uint8Array[] = [];
      let heldBytes = 0;
      let sending = new Set<Promise<void>>();
      const flush = async (): Promise<void> => {
        const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held, heldBytes);
        held = [];
        heldBytes = 0;
        const sent = putPart(upload, part++, bytes, options).finally(() => sending.delete(sent));
        sending.add(sent);
        if (sending.size >= PARALLEL) await Promise.race(sending);
      };
      try {
        for await (const chunk of chunks) {
          hash.update(chunk);
          size += chunk.length;
          for (let at = 0; at < chunk.length; ) {
            const piece = chunk.subarray(at, at + upload.partSize - heldBytes);
            held.push(piece);
            heldBytes += piece.length;
            at += piece.length;
            if (heldBytes === upload.partSize) await flush();
          }
        }
        if (heldBytes > 0) await flush();
        await Promise.all(sending);
      } catch (error) {
        await Promise.allSettled(sending);
        throw error;
      } finally {
        sending = new Set();
      }
      const blob = { sha256: hash.digest('hex'), size };
      await complete(upload.uploadId, blob, options.signal);
      return blob;
    },
  };
}

/**
 * Storage forgets an upload whose bytes did not have their hash (a power cut on its side, a file that changed
 * under the reader): then it is gone, and begun anew.
 */
export async function startingOver<T>(send: () => Promise<T>): Promise<T> {
  for (let again = 0; ; again++) {
    try {
      return await send();
    } catch (error) {
      const isGone = error instanceof SlyError && error.code === 'SLY_NOT_FOUND';
      if (!isGone || again >= MAX_STARTS_OVER) throw error;
    }
  }
}

export type PartSender = ReturnType<typeof createPartSender>;

async function readFully(
  file: Awaited<ReturnType<typeof open>>,
  into: Uint8Array,
  position: number,
  path: string,
): Promise<void> {
  for (let got = 0; got < into.length; ) {
    const { bytesRead } = await file.read(into, got, into.length - got, position + got);
    if (bytesRead === 0) {
      throw new SlyError('SLY_SOURCE_CHANGED', {
        detail: `${path} became shorter while it was sent`,
        file: path,
      });
    }
    got += bytesRead;
  }
}
