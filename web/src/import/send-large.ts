/** One large file by tus, in chunks with checksums. An address of an earlier try goes on where that one ended. */
import { DetailedError, Upload } from 'tus-js-client';
import { ApiError } from '../api.ts';
import type { Picked } from './picked.ts';
import { base64, CAN_CHECK } from './send-group.ts';

/** A proxy that holds a whole body back, or cuts it off, bears this much. */
const CHUNK_BYTES = 4 << 20;
const AGAIN_MS = [0, 1000, 3000];

export function sendLarge(
  uploadId: number,
  { path, file }: Picked,
  options: {
    address?: string;
    signal: AbortSignal;
    /** Bytes of the file that are on the server. */
    onProgress(received: number): void;
    onAddress(address: string): void;
  },
): Promise<void> {
  const { address, signal, onProgress, onAddress } = options;
  return new Promise((resolve, reject) => {
    const upload = new Upload(file, {
      endpoint: '/uploads',
      ...(address !== undefined && { uploadUrl: address }),
      chunkSize: CHUNK_BYTES,
      retryDelays: AGAIN_MS,
      headers: { 'x-sly-page': '1' },
      metadata: { upload: String(uploadId), path, modified: String(file.lastModified) },
      // The server knows what is unfinished, also for another browser.
      storeFingerprintForResuming: false,
      async onBeforeRequest(request) {
        const from = Number(request.getHeader('Upload-Offset') ?? Number.NaN);
        if (!CAN_CHECK || request.getMethod() !== 'PATCH' || Number.isNaN(from)) return;
        const chunk = await file.slice(from, from + CHUNK_BYTES).arrayBuffer();
        const digest = await crypto.subtle.digest('SHA-256', chunk);
        request.setHeader('Upload-Checksum', `sha256 ${base64(digest)}`);
      },
      onUploadUrlAvailable: () => {
        if (upload.url !== null) onAddress(upload.url);
      },
      onProgress,
      onShouldRetry: (error) => isPassing(error.originalResponse?.getStatus() ?? 0),
      onSuccess: () => resolve(),
      onError: (error) => reject(plain(error)),
    });
    signal.addEventListener(
      'abort',
      () => {
        void upload.abort();
        reject(signal.reason);
      },
      { once: true },
    );
    upload.start();
  });
}

/** Another try may go better: nobody answered, the server is busy or restarting, the offset or the bytes were off. */
export function isPassing(status: number): boolean {
  return status === 0 || status >= 500 || [408, 409, 423, 429].includes(status) || status === 460;
}

function plain(error: Error): Error {
  if (!(error instanceof DetailedError)) return error;
  const response = error.originalResponse;
  const status = response?.getStatus() ?? 0;
  let message = status === 0 ? 'The platform does not answer' : `The platform answered ${status}`;
  try {
    const body = JSON.parse(response?.getBody() ?? '') as { details?: { message?: string } };
    message = body.details?.message ?? message;
  } catch {
    // No words of the platform.
  }
  return new ApiError(status, message);
}
