import { createHash, hash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** A SHA-256 as 64 lower-case hex digits: the name of a blob. The public API speaks base64 instead. */
export type Sha256 = string;

export const SHA256_HEX = /^[0-9a-f]{64}$/;

export function sha256Of(bytes: Uint8Array): Sha256 {
  return hash('sha256', bytes, 'hex');
}

export const hexToBase64 = (hex: Sha256): string => Buffer.from(hex, 'hex').toString('base64');
export const base64ToHex = (base64: string): Sha256 => Buffer.from(base64, 'base64').toString('hex');

/** Reads the file once in 1 MiB pieces. Returns hash and the number of bytes really read. */
export async function sha256OfFile(
  file: string,
  options: { signal?: AbortSignal; onBytes?: (bytes: number) => void } = {},
): Promise<{ sha256: Sha256; size: number }> {
  const handle = await open(file, 'r');
  try {
    const hashing = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1 << 20);
    let size = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return { sha256: hashing.digest('hex'), size };
      hashing.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
      options.onBytes?.(bytesRead);
    }
  } finally {
    await handle.close();
  }
}
