/** Videos, point clouds and volumes of the project an export plugin reads; annotations stay in their files until asked for. */
import {
  type AnnotationFile,
  type AnnotationHead,
  type FoundFigure,
  objectKeyOf,
  openAnnotationFile,
} from '../format/annotation-file.ts';
import { annotationText } from '../format/annotation-text.ts';
import type { ListedEpisode, ListedItem } from '../format/listed-item.ts';
import { isRecord } from '../format/problem.ts';
import { joinInside } from '../lib/safe-path.ts';
import type {
  ArchiveWriter,
  ExportedAnnotation,
  ExportedEntity,
  ExportedEpisode,
  ExportedItem,
} from './plugin.ts';
import { readJsonFile } from './read-json-file.ts';

export interface ProjectPlace {
  /** Absolute folder of the project. */
  root: string;
  /** Its name below `data/`. */
  name: string;
  signal: AbortSignal;
}

/** `item`: what entities have in common with images. */
export function exportedEntity(
  place: ProjectPlace,
  item: Omit<ExportedItem, 'annotation'>,
  { ann, related = [], geometries = [] }: ListedItem,
): ExportedEntity {
  const inData = (file: string): string => `${place.name}/${file}`;
  return {
    ...item,
    annotation: ann === undefined ? undefined : exportedAnnotation(place, ann),
    related: related.map(({ name, file, meta, figures }) => ({
      name,
      file: inData(file),
      meta,
      async figures() {
        const drawn = figures === undefined ? [] : readJsonFile(joinInside(place.root, figures), figures);
        return Array.isArray(drawn) ? drawn : [];
      },
    })),
    geometries: geometries.map((one) => ({ ...one, file: inData(one.file) })),
  };
}

export function exportedEpisode(
  place: ProjectPlace,
  { dataset, ann, frames }: ListedEpisode,
): ExportedEpisode {
  return { dataset, annotation: exportedAnnotation(place, ann), frames: `${place.name}/${frames}` };
}

function exportedAnnotation({ root, name, signal }: ProjectPlace, ann: string): ExportedAnnotation {
  return {
    ...openAnnotationFile(joinInside(root, ann), { signal, shownAs: `${name}/${ann}` }),
    addTo: (archive, path) => archive.addFile(path, `${name}/${ann}`),
  };
}

/** The entity as if its project had only these classes. */
export async function withClasses(
  entity: ExportedEntity,
  wanted: ReadonlySet<string>,
  /** Of its episode: objects that were left out of it. */
  leftOfEpisode: ReadonlySet<string>,
): Promise<ExportedEntity> {
  const { annotation, geometries, related } = entity;
  const chosen = annotation && (await chosenAnnotation(annotation, wanted));
  const isLeft = (figure: unknown): boolean => {
    const key = objectKeyOf(figure);
    return key !== undefined && (chosen?.left.has(key) === true || leftOfEpisode.has(key));
  };
  return {
    ...entity,
    annotation: chosen?.annotation,
    geometries: await geometriesWithout(isLeft, annotation, geometries),
    related: related.map((picture) => ({
      ...picture,
      figures: async () => (await picture.figures()).filter((figure) => !isLeft(figure)),
    })),
  };
}

export async function episodeWithClasses(
  episode: ExportedEpisode,
  wanted: ReadonlySet<string>,
): Promise<{ episode: ExportedEpisode; left: ReadonlySet<string> }> {
  const { annotation, left } = await chosenAnnotation(episode.annotation, wanted);
  return { episode: { ...episode, annotation }, left };
}

async function chosenAnnotation(
  whole: AnnotationFile,
  wanted: ReadonlySet<string>,
): Promise<{ annotation: ExportedAnnotation; left: ReadonlySet<string> }> {
  const head = await whole.head();
  const left = new Set<string>();
  const objects = head.objects.filter((object) => {
    if (!isRecord(object) || wanted.has(String(object.classTitle))) return true;
    left.add(String(object.key));
    return false;
  });
  const chosen: AnnotationHead = { ...head, objects };
  async function* figures(): AsyncGenerator<FoundFigure[]> {
    for await (const page of whole.figures())
      yield page.filter(({ figure }) => !left.has(objectKeyOf(figure) ?? ''));
  }
  const annotation: ExportedAnnotation = {
    head: async () => chosen,
    figures,
    async addTo(archive: ArchiveWriter, path: string) {
      const entry = await archive.open(path);
      for await (const text of annotationText(chosen, figures())) await entry.write(text);
      await entry.end();
      return entry.path;
    },
  };
  return { annotation, left };
}

/** Files of figures that were left out are looked for only where there are files. */
async function geometriesWithout(
  isLeft: (figure: unknown) => boolean,
  annotation: AnnotationFile | undefined,
  geometries: ExportedEntity['geometries'],
): Promise<ExportedEntity['geometries']> {
  if (annotation === undefined || geometries.length === 0) return geometries;
  const left = new Set<string>();
  for await (const page of annotation.figures())
    for (const { figure } of page) if (isRecord(figure) && isLeft(figure)) left.add(plain(figure.key));
  return geometries.filter(({ key }) => !left.has(plain(key)));
}

/** Names of files have keys without dashes. */
const plain = (key: unknown): string => String(key).replaceAll('-', '');
