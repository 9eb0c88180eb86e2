/** Import: every file that is a video by its bytes, as it is. */
import path from 'node:path';
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { createNames, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { isVideoName } from './container.ts';
import { lookAtVideo, type VideoLook, whyUnplayable } from './look-at-video.ts';

export async function importVideos(ctx: ImportContext): Promise<void> {
  const { tree, options } = ctx;
  ctx.entities.setType('videos');
  const nameFor = createNames();
  for (const [at, file] of tree.files.entries()) {
    ctx.signal.throwIfAborted();
    ctx.progress('looking at videos', at, tree.files.length);
    const video = await look(ctx, file);
    if (video === undefined || !(await isWanted(ctx, file.path, video))) continue;
    const folder = path.posix.dirname(file.path);
    const dataset = options.datasets === 'one' || folder === '.' ? ONLY_DATASET : folder;
    const [stream] = video.streams ?? [];
    await ctx.entities.add({
      dataset,
      name: nameFor(dataset, path.posix.basename(file.path)),
      file: file.path,
      mime: video.mime,
      ...(stream === undefined ? {} : { width: stream.width, height: stream.height }),
    });
  }
  ctx.progress('looking at videos', tree.files.length, tree.files.length);
}

/** The video, or undefined and a line in the report. */
async function look(
  { tree, report }: ImportContext,
  { path: file, size }: SourceFileEntry,
): Promise<VideoLook | undefined> {
  const base = path.posix.basename(file);
  const skip = (message: string): Promise<void> => report.skipped({ file, code: 'SLY_FILE_UNUSED', message });
  const fail = (message: string): Promise<void> =>
    report.failed({ file, code: 'SLY_FORMAT_INVALID', message });
  if (isJunk(base) || file.split('/').includes('__MACOSX')) {
    await skip('left behind by a file manager');
    return undefined;
  }
  try {
    const video = await lookAtVideo(tree.locate(file), size);
    if (video !== undefined && video.streams?.length !== 0) return video;
    if (video !== undefined) await fail('expected a video, got a file without a stream of pictures');
    else if (isVideoName(base))
      await fail(size === 0 ? 'expected a video, got an empty file' : 'expected a video, got other bytes');
    else await skip('it is no video');
  } catch (error) {
    if (!(error instanceof SlyError)) throw error;
    await fail(error.detail);
  }
  return undefined;
}

async function isWanted(
  { options, report }: ImportContext,
  file: string,
  video: VideoLook,
): Promise<boolean> {
  const { streams } = video;
  if (streams !== undefined && streams.length > 1)
    await report.warning({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one stream of pictures, got ${streams.length}; the first is shown`,
    });
  const reason = whyUnplayable(video);
  if (reason === undefined) return true;
  const problem = {
    file,
    code: 'SLY_FORMAT_INVALID',
    message: `browsers do not play ${reason}`,
    hint: 'Convert it to MP4 with H.264, for example with ffmpeg.',
  };
  if (options.unplayable === 'skip') await report.skipped(problem);
  else await report.warning(problem);
  return options.unplayable !== 'skip';
}
