/** One picture with its objects. Arrow keys go to the neighbours in what was looked at before. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Loading, Problem } from '../parts/bits.tsx';
import { filterQuery, readFilter } from '../projects/gallery-filter.ts';
import { ClassLegend } from '../projects/viewer/class-legend.tsx';
import { loadImage } from '../projects/viewer/load-image.ts';
import { ObjectList } from '../projects/viewer/object-list.tsx';
import { isTyping, Stage } from '../projects/viewer/stage.tsx';
import { Tags } from '../projects/viewer/tags.tsx';
import { go, Link, query } from '../router.tsx';
import type { ClassMeta, Dataset, Project } from '../shapes.ts';
import { bytes } from '../words.ts';

const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

export function ImageView(props: { project: number; id: number }) {
  const { project: projectId, id } = props;
  const filter = readFilter(query.value);
  const search = filterQuery(filter);
  const context = useLoaded(async (signal) => {
    const [project, meta] = await Promise.all([
      call<Project>('projects.info', { id: projectId }, signal),
      call<{ classes: ClassMeta[] }>('projects.meta', { id: projectId }, signal),
    ]);
    return { project, classes: meta.classes };
  }, `project ${projectId}`);
  const loaded = useLoaded((signal) => loadImage(projectId, id, filter, signal), `image ${id} ${search}`);
  // What was shown stays until the next is there.
  const kept = useRef(loaded.value);
  if (loaded.value !== undefined) kept.current = loaded.value;
  const view = kept.current;

  const [hidden, setHidden] = useState(NOTHING_HIDDEN);
  const [fill, setFill] = useState(0.35);
  const [lit, setLit] = useState<number | undefined>(undefined);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const [lookAt, setLookAt] = useState<{ index: number } | undefined>(undefined);
  useEffect(() => {
    setLit(undefined);
    setChosen(undefined);
    setLookAt(undefined);
  }, [view?.image.id]);

  const turn = (to: number | undefined): void => {
    if (to !== undefined) go(`/projects/${projectId}/images/${to}${search}`, { replace: true });
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'ArrowLeft') turn(loaded.value?.previous);
      else if (event.key === 'ArrowRight') turn(loaded.value?.next);
      else if (event.key === 'Escape') go(`/projects/${projectId}${search}`);
      else if (event.key === 'h') toggleAll();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
  const dataset = useLoaded(
    async (signal) =>
      view === undefined ? undefined : call<Dataset>('datasets.info', { id: view.image.datasetId }, signal),
    `dataset ${view?.image.datasetId ?? 0}`,
  );

  function toggleAll(): void {
    const titles = view?.annotation.objects.map((one) => one.classTitle) ?? [];
    setHidden(titles.every((title) => hidden.has(title)) ? NOTHING_HIDDEN : new Set(titles));
  }

  const error = loaded.error ?? context.error;
  if (error !== undefined)
    return (
      <main>
        <Problem error={error} retry={loaded.error === undefined ? context.reload : loaded.reload} />
      </main>
    );
  if (view === undefined || context.value === undefined)
    return (
      <main>
        <Loading />
      </main>
    );
  const { image, annotation } = view;
  const { classes, project } = context.value;

  return (
    <main class="viewing" aria-busy={loaded.value === undefined}>
      <div class="viewing-head">
        <p class="crumbs">
          <Link to="/projects">Projects</Link> <span class="dim">/</span>{' '}
          <Link to={`/projects/${projectId}${search}`}>{project.name}</Link> <span class="dim">/</span>{' '}
          <Link to={`/projects/${projectId}?dataset=${image.datasetId}`}>{dataset.value?.path ?? '...'}</Link>
        </p>
        <div class="bar">
          <h1>{image.name}</h1>
          <span class="dim">
            {image.width === null ? '' : `${image.width} x ${image.height}, `}
            {bytes(image.size)}
          </span>
          <Tags tags={annotation.tags} />
          <span class="grow" />
          <nav aria-label="Neighbours">
            <button
              type="button"
              disabled={view.previous === undefined}
              onClick={() => turn(view.previous)}
              title="Previous (arrow left)"
            >
              Previous
            </button>
            <button
              type="button"
              disabled={view.next === undefined}
              onClick={() => turn(view.next)}
              title="Next (arrow right)"
            >
              Next
            </button>
          </nav>
        </div>
      </div>
      <Stage
        image={image}
        annotation={annotation}
        classes={classes}
        hidden={hidden}
        fill={fill}
        lit={lit ?? chosen}
        lookAt={lookAt}
        onLit={setLit}
        onChosen={setChosen}
      />
      <aside>
        <ClassLegend annotation={annotation} classes={classes} hidden={hidden} onHidden={setHidden} />
        <label class="slider">
          <span>Fill</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            value={fill}
            onInput={(event) => setFill(event.currentTarget.valueAsNumber)}
          />
        </label>
        <ObjectList
          annotation={annotation}
          classes={classes}
          hidden={hidden}
          lit={lit}
          chosen={chosen}
          onLit={setLit}
          onChosen={(index) => {
            setChosen(index);
            setLookAt({ index });
          }}
        />
        {annotation.description === '' ? null : <p class="dim">{annotation.description}</p>}
        <details class="keys">
          <summary>Keys</summary>
          <dl>
            <dt>← →</dt>
            <dd>previous, next</dd>
            <dt>+ −</dt>
            <dd>zoom (also wheel, two fingers)</dd>
            <dt>0 1</dt>
            <dd>all of it, one to one</dd>
            <dt>Shift + arrows</dt>
            <dd>move</dd>
            <dt>H</dt>
            <dd>hide or show the objects</dd>
            <dt>Esc</dt>
            <dd>back to the project</dd>
          </dl>
        </details>
      </aside>
    </main>
  );
}
