/** One picture with its objects; classes are switched in the legend, arrow keys go to the neighbours. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { AnnotatedImage } from '../parts/annotated-image.tsx';
import { Loading, Problem } from '../parts/bits.tsx';
import { go, Link } from '../router.tsx';
import type { AnnotationOf, ClassMeta, Dataset, Image, Page, Project } from '../shapes.ts';
import { bytes } from '../words.ts';
import { Swatch } from './project.tsx';

interface Tag {
  name: string;
  value?: string | number | null;
}

export function ImageView(props: { project: number; id: number }) {
  const { project: projectId, id } = props;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [fill, setFill] = useState(0.35);
  const context = useLoaded(async (signal) => {
    const [project, meta] = await Promise.all([
      call<Project>('projects.info', { id: projectId }, signal),
      call<{ classes: ClassMeta[] }>('projects.meta', { id: projectId }, signal),
    ]);
    return { project, classes: meta.classes };
  }, `project ${projectId}`);
  const loaded = useLoaded(async (signal) => {
    const [image, found] = await Promise.all([
      call<Image>('images.info', { id }, signal),
      call<AnnotationOf>('annotations.info', { imageId: id, integerCoords: false }, signal),
    ]);
    const [dataset, previous, next] = await Promise.all([
      call<Dataset>('datasets.info', { id: image.datasetId }, signal),
      neighbour(image, '<', signal),
      neighbour(image, '>', signal),
    ]);
    return { image, annotation: found.annotation, dataset, previous, next };
  }, `image ${id}`);

  const view = loaded.value;
  const turn = (to: number | undefined): void => {
    if (to !== undefined) go(`/projects/${projectId}/images/${to}`, { replace: true });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLInputElement && event.target.type !== 'checkbox') return;
      if (event.key === 'ArrowLeft') turn(view?.previous);
      if (event.key === 'ArrowRight') turn(view?.next);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [view, projectId]);

  const error = loaded.error ?? context.error;
  if (error !== undefined)
    return (
      <main>
        <Problem error={error} retry={loaded.reload} />
      </main>
    );
  if (view === undefined || context.value === undefined)
    return (
      <main>
        <Loading />
      </main>
    );
  const { image, annotation, dataset, previous, next } = view;
  const { classes, project } = context.value;
  const counts = new Map<string, number>();
  for (const object of annotation.objects)
    counts.set(object.classTitle, (counts.get(object.classTitle) ?? 0) + 1);
  const toggle = (title: string): void => {
    const changed = new Set(hidden);
    if (!changed.delete(title)) changed.add(title);
    setHidden(changed);
  };

  return (
    <main class="wide">
      <p class="crumbs">
        <Link to="/projects">Projects</Link> <span class="dim">/</span>{' '}
        <Link to={`/projects/${projectId}`}>{project.name}</Link> <span class="dim">/</span>{' '}
        <Link to={`/projects/${projectId}?dataset=${dataset.id}`}>{dataset.path}</Link>
      </p>
      <div class="bar">
        <h1>{image.name}</h1>
        <span class="dim">
          {image.width} x {image.height}, {bytes(image.size)}
        </span>
        <span class="grow" />
        <button
          type="button"
          disabled={previous === undefined}
          onClick={() => turn(previous)}
          title="Arrow left"
        >
          Previous
        </button>
        <button type="button" disabled={next === undefined} onClick={() => turn(next)} title="Arrow right">
          Next
        </button>
      </div>
      <div class="split right">
        <AnnotatedImage
          image={image}
          annotation={annotation}
          classes={classes}
          hidden={hidden}
          fill={fill}
          maxHeight="(100vh - 190px)"
        />
        <aside>
          <h2>Classes</h2>
          <ul class="legend">
            {[...counts].map(([title, objects]) => (
              <li key={title}>
                <label class="check">
                  <input type="checkbox" checked={!hidden.has(title)} onChange={() => toggle(title)} />
                  <Swatch color={classes.find((one) => one.title === title)?.color ?? '#808080'} />
                  <span>
                    {title} <span class="dim">{objects}</span>
                  </span>
                </label>
              </li>
            ))}
            {counts.size === 0 ? <li class="dim">No objects</li> : null}
          </ul>
          <label>
            <span>Fill</span>
            <input
              type="range"
              min="0"
              max="0.9"
              step="0.05"
              value={fill}
              onInput={(event) => setFill(event.currentTarget.valueAsNumber)}
            />
          </label>
          {annotation.tags.length === 0 ? null : <h2>Tags</h2>}
          <ul class="legend">
            {(annotation.tags as Tag[]).map((tag, at) => (
              <li key={at}>
                {tag.name}
                {tag.value === undefined || tag.value === null ? null : (
                  <span class="dim"> {String(tag.value)}</span>
                )}
              </li>
            ))}
          </ul>
          {annotation.description === '' ? null : <p class="dim">{annotation.description}</p>}
        </aside>
      </div>
    </main>
  );
}

async function neighbour(
  image: Image,
  operator: '<' | '>',
  signal: AbortSignal,
): Promise<number | undefined> {
  const page = await call<Page<Image>>(
    'images.list',
    {
      datasetId: image.datasetId,
      filter: [{ field: 'id', operator, value: image.id }],
      sort: 'id',
      sort_order: operator === '<' ? 'desc' : 'asc',
      per_page: 1,
      fields: ['id'],
    },
    signal,
  );
  return page.entities[0]?.id;
}
