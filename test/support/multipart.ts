/** Multipart bodies as the SDK writes them: boundary of 32 hex digits, CRLF, length known. */
import { randomBytes } from 'node:crypto';

export type Part =
  | { name: string; value: string }
  | { name: string; filename: string; bytes: Uint8Array; type?: string };

export interface MultipartBody {
  body: Buffer<ArrayBuffer>;
  contentType: string;
}

export function multipartBody(parts: readonly Part[]): MultipartBody {
  const boundary = randomBytes(16).toString('hex');
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const file = 'bytes' in part ? `; filename="${part.filename}"` : '';
    const type = 'bytes' in part && part.type !== undefined ? `\r\nContent-Type: ${part.type}` : '';
    pieces.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"${file}${type}\r\n\r\n`,
      ),
      'bytes' in part ? Buffer.from(part.bytes) : Buffer.from(part.value),
      Buffer.from('\r\n'),
    );
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(pieces), contentType: `multipart/form-data; boundary=${boundary}` };
}

/** The triples of `file-storage.bulk.upload`. */
export function teamFileParts(files: Readonly<Record<string, Uint8Array>>): Part[] {
  return Object.entries(files).flatMap(([path, bytes]) => {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    return [
      { name: 'name', value: name },
      { name: 'path', value: path.slice(0, slash + 1) },
      { name: 'file', filename: name, bytes },
    ];
  });
}
