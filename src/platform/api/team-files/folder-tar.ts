/**
 * A folder of team files as an uncompressed tar, whose one top directory is the folder's own name. Made while
 * it is sent: one page of rows and one piece of one file are held, whatever the size of the folder.
 */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { SlyError } from '../../../lib/errors.ts';
import { tarEnd, tarHead, tarPadding } from '../../../lib/tar-blocks.ts';
import type { BlobStore } from '../../ports/blobs.ts';
import type { TeamFileRow, TeamFileStore } from '../../store/repositories/team-files.ts';
import { disposition } from '../http/send-blob.ts';

const ROWS_AT_ONCE = 500;
/** Name of the top directory when the whole of team files is asked for. */
const TOP_NAME = 'team-files';

export interface TarSources {
  teamFiles: Pick<TeamFileStore, 'files' | 'find'>;
  blobs: Pick<BlobStore, 'open'>;
}

/** `folder` ends with `/` and is not empty. */
export function sendFolderTar(
  sources: TarSources,
  asked: { teamId: number; folder: string },
  reply: FastifyReply,
): FastifyReply {
  const top = asked.folder.split('/').at(-2) || TOP_NAME;
  return reply
    .header('content-disposition', disposition('attachment', `${top}.tar`))
    .type('application/x-tar')
    .send(Readable.from(folderTar(sources, { ...asked, top }), { objectMode: false }));
}

async function* folderTar(
  sources: TarSources,
  { teamId, folder, top }: { teamId: number; folder: string; top: string },
): AsyncGenerator<Uint8Array> {
  let after = folder;
  for (;;) {
    const rows = await sources.teamFiles.files(teamId, { prefix: folder, after, limit: ROWS_AT_ONCE });
    for (const row of rows) yield* entry(sources, row, `${top}/${row.path.slice(folder.length)}`);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.path;
  }
  yield tarEnd();
}

async function* entry(sources: TarSources, row: TeamFileRow, path: string): AsyncGenerator<Uint8Array> {
  const opened = await open(sources, row);
  if (opened === undefined) return;
  const { size, updatedAt } = opened.row;
  yield* tarHead({ path, size, mtime: new Date(updatedAt) });
  for await (const chunk of opened.body as AsyncIterable<Uint8Array>) yield chunk;
  yield* tarPadding(size);
}

/** Bytes before the header: a file that was replaced or removed since its row was read is looked up again. */
async function open(
  { teamFiles, blobs }: TarSources,
  row: TeamFileRow,
): Promise<{ row: TeamFileRow; body: Readable } | undefined> {
  try {
    return { row, body: await blobs.open(row.sha256) };
  } catch (error) {
    if (!(error instanceof SlyError) || error.code !== 'SLY_NOT_FOUND') throw error;
    const now = await teamFiles.find(row.teamId, row.path);
    if (now === undefined) return undefined;
    if (now.sha256 === row.sha256) throw error;
    return { row: now, body: await blobs.open(now.sha256) };
  }
}
