/** One item of a project. What every kind needs is loaded here, the view of its kind when it is needed. */
import type { ComponentType } from 'preact';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Loading, Problem } from '../parts/bits.tsx';
import type { ClassMeta, Project, TagMeta } from '../shapes.ts';
import { modalityOf } from './modality.ts';

/** The view shows another item when `id` changes. */
export interface ItemViewProps {
  project: Project;
  classes: readonly ClassMeta[];
  tags: readonly TagMeta[];
  id: number;
}

/** By the section of the address. */
const VIEWS: Readonly<Record<string, () => Promise<ComponentType<ItemViewProps>>>> = {
  images: async () => (await import('./image/image-view.tsx')).ImageView,
  videos: async () => (await import('./video/video-view.tsx')).VideoView,
  clouds: async () => (await import('./cloud/cloud-view.tsx')).CloudView,
  volumes: async () => (await import('./volume/volume-view.tsx')).VolumeView,
};

export function ItemView(props: { project: number; id: number }) {
  const loaded = useLoaded(async (signal) => {
    const [project, meta] = await Promise.all([
      call<Project>('projects.info', { id: props.project }, signal),
      call<{ classes: ClassMeta[]; tags: TagMeta[] }>('projects.meta', { id: props.project }, signal),
    ]);
    const View = await VIEWS[modalityOf(project.type).section]?.();
    if (View === undefined) throw new Error(`The page knows no projects of ${project.type}`);
    return { project, classes: meta.classes, tags: meta.tags, View };
  }, `project ${props.project}`);
  const { value } = loaded;
  if (value === undefined)
    return (
      <main>
        {loaded.error === undefined ? <Loading /> : <Problem error={loaded.error} retry={loaded.reload} />}
      </main>
    );
  const { View, ...given } = value;
  return <View {...given} id={props.id} />;
}
