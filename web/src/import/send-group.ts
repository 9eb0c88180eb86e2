/** Small files of one group: hashes first, the bytes of those nobody has, then their names. */
import { ApiError, call } from '../api.ts';
import type { Picked } from './picked.ts';

/** Undefined in a page that was not loaded safely (plain http from another machine): then nothing can be hashed here. */
const subtle: SubtleCrypto | undefined = globalThis.isSecureContext ? crypto.subtle : undefined;
export const CAN_CHECK = subtle !== undefined;

interface Stored {
  hash?: string;
  errors?: { message: string }[];
}

/** Bytes that really went over the line. Rejects with an ApiError, or with what reading a file rejects with. */
export async function sendGroup(
  uploadId: number,
  files: readonly Picked[],
  signal: AbortSignal,
): Promise<number> {
  const contents = await Promise.all(files.map(({ file }) => file.arrayBuffer()));
  const hashes = subtle === undefined ? [] : await Promise.all(contents.map((one) => sha256(one)));
  const there = new Set(
    hashes.length === 0
      ? []
      : await call<string[]>('images.internal.hashes.list', [...new Set(hashes)], signal),
  );
  const missing: number[] = [];
  const asked = new Set<string>();
  for (const at of files.keys()) {
    const hash = hashes[at];
    if (hash !== undefined && (there.has(hash) || asked.has(hash))) continue;
    if (hash !== undefined) asked.add(hash);
    missing.push(at);
  }
  let sent = 0;
  if (missing.length > 0) {
    const stored = await post(
      missing.map((at) => contents[at] ?? new ArrayBuffer(0)),
      signal,
    );
    for (const [index, at] of missing.entries()) {
      const got = stored[index]?.hash;
      if (got === undefined || (hashes[at] !== undefined && got !== hashes[at]))
        throw new ApiError(460, `${files[at]?.path}: it did not arrive as it was sent`);
      hashes[at] = got;
      sent += contents[at]?.byteLength ?? 0;
    }
  }
  await call(
    'uploads.files.put',
    {
      id: uploadId,
      files: files.map(({ path, file }, at) => ({
        path,
        size: contents[at]?.byteLength ?? 0,
        modifiedAt: file.lastModified,
        hash: hashes[at],
      })),
    },
    signal,
  );
  return sent;
}

async function post(contents: readonly ArrayBuffer[], signal: AbortSignal): Promise<Stored[]> {
  const form = new FormData();
  // Names go with the upload, not with the bytes.
  for (const [at, content] of contents.entries()) form.append('upload', new Blob([content]), String(at));
  const response = await fetch('/public/api/v3/images.bulk.upload', {
    method: 'POST',
    headers: { 'x-sly-page': '1' },
    body: form,
    signal,
  });
  if (!response.ok) throw new ApiError(response.status, `The platform answered ${response.status}`);
  return (await response.json()) as Stored[];
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  return base64(await (subtle as SubtleCrypto).digest('SHA-256', bytes));
}

export function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
