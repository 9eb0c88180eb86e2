/** Writes a support bundle: a tar.gz of a few small files of text, every string of them without secrets. */
import { gzipSync } from 'node:zlib';
import { SlyError } from '../../lib/errors.ts';
import { tarEnd, tarHead, tarPadding } from '../../lib/tar-blocks.ts';
import { MAX_SUPPORT_BYTES, NOT_IN_SUPPORT, SUPPORT_FILES } from '../../protocol/support-bundle.ts';

type SupportFile = (typeof SUPPORT_FILES)[number]['file'];
/** What each file is made of: a value, or lines for one that ends in `.ndjson`. */
export type SupportParts = Record<SupportFile, () => unknown>;

export interface SupportBundle {
  bytes: Uint8Array;
  /** Bytes of each file before they are packed. */
  files: { file: string; bytes: number }[];
}

/** A part that cannot be read says why instead: a broken machine is when a bundle is wanted. */
export async function makeBundle(
  parts: SupportParts,
  options: { redact(text: string): string; now: number },
): Promise<SupportBundle> {
  const { redact } = options;
  const mtime = new Date(options.now);
  const files = [{ file: 'README.txt', text: readme(mtime) }];
  for (const { file } of SUPPORT_FILES) {
    let value: unknown;
    try {
      value = await parts[file]();
    } catch (error) {
      value = { unreadable: error instanceof Error ? error.message : String(error) };
    }
    files.push({ file, text: textOf(value, redact) });
  }
  const blocks = files.flatMap(({ file, text }) => {
    const body = Buffer.from(text);
    return [
      ...tarHead({ path: `support/${file}`, size: body.length, mtime }),
      body,
      ...tarPadding(body.length),
    ];
  });
  const bytes = gzipSync(Buffer.concat([...blocks, tarEnd()]));
  if (bytes.length > MAX_SUPPORT_BYTES) {
    throw new SlyError('SLY_TOO_LARGE', {
      detail: `expected a bundle of at most ${MAX_SUPPORT_BYTES} bytes, got ${bytes.length}`,
    });
  }
  return { bytes, files: files.map(({ file, text }) => ({ file, bytes: Buffer.byteLength(text) })) };
}

function textOf(value: unknown, redact: (text: string) => string): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string'))
    return value.map((line) => `${redact(line)}\n`).join('');
  const clean = (_key: string, one: unknown): unknown => (typeof one === 'string' ? redact(one) : one);
  return `${JSON.stringify(value ?? null, clean, 1)}\n`;
}

function readme(at: Date): string {
  const lines = SUPPORT_FILES.map(({ file, about }) => `${file}: ${about}`);
  return [
    'Support bundle of sly-agent',
    `Made ${at.toISOString()}`,
    '',
    ...lines,
    '',
    NOT_IN_SUPPORT,
    '',
  ].join('\n');
}
