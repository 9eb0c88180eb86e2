/** What is known of one video before its figures are asked for. */
import { call } from '../../api.ts';
import type { Project, Video } from '../../shapes.ts';
import type { GalleryFilter } from '../gallery-filter.ts';
import { type Neighbours, neighboursOf } from '../neighbours.ts';

export interface VideoTag {
  id: number;
  name: string;
  value?: string | number | null;
  /** Both ends inclusive; without it the tag is of the whole video. */
  frameRange?: [number, number] | null;
}

export interface VideoSummary {
  size: { width: number; height: number };
  framesCount: number;
  firstStream: boolean;
  objectsCount: number;
  classes: { classTitle: string; objects: number }[];
  tags: VideoTag[];
}

export interface LoadedVideo extends Neighbours {
  video: Video;
  summary: VideoSummary;
}

export async function loadVideo(
  project: Project,
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
): Promise<LoadedVideo> {
  const [video, summary, neighbours] = await Promise.all([
    call<Video>('videos.info', { id }, signal),
    call<VideoSummary>('videos.annotations.summary', { videoId: id }, signal),
    neighboursOf(project, id, filter, signal),
  ]);
  return { video, summary, ...neighbours };
}
