/** One project: datasets, a gallery of its pictures with the objects drawn over them, "Download as ...". */
import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { AnnotatedImage } from '../parts/annotated-image.tsx';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { DownloadAs } from '../parts/download-as.tsx';
import { go, Link, query } from '../router.tsx';
import type { AnnotationOf, ClassMeta, Dataset, Image, Page, Project } from '../shapes.ts';
import { bytes, count, plural } from '../words.ts';
import { Pager } from './projects.tsx';

const PER_PAGE = 24;

export function ProjectView(props: { id: number }) {
  const { id } = props;
  const [downloading, setDownloading] = useState(false);
  const loaded = useLoaded(async (signal) => {
    const [project, meta, datasets] = await Promise.all([
      call<Project>('projects.info', { id }, signal),
      call<{ classes: ClassMeta[] }>('projects.meta', { id }, signal),
      call<Page<Dataset>>('datasets.list', { projectId: id, recursive: true, per_page: 5000 }, signal),
    ]);
    return { project, classes: meta.classes, datasets: datasets.entities };
  }, `project ${id}`);
  const dataset = Number(query.value.get('dataset') ?? '0');
  const page = Math.max(1, Number(query.value.get('page') ?? '1') || 1);
  const view = loaded.value;
  if (view === undefined)
    return (
      <main>
        {loaded.error === undefined ? <Loading /> : <Problem error={loaded.error} retry={loaded.reload} />}
      </main>
    );
  const { project, classes, datasets } = view;

  const show = (to: { dataset: number; page: number }): void => {
    const text = new URLSearchParams();
    if (to.dataset > 0) text.set('dataset', String(to.dataset));
    if (to.page > 1) text.set('page', String(to.page));
    go(`/projects/${id}${text.size === 0 ? '' : `?${text}`}`);
  };

  return (
    <main>
      <p class="crumbs">
        <Link to="/projects">Projects</Link> <span class="dim">/</span>
      </p>
      <div class="bar">
        <h1>{project.name}</h1>
        <span class="dim">
          {plural(project.itemsCount, 'item')}, {plural(project.datasetsCount, 'dataset')},{' '}
          {bytes(project.size)}
        </span>
        <span class="grow" />
        <button type="button" class="primary" onClick={() => setDownloading(true)}>
          Download as ...
        </button>
      </div>
      {downloading ? <DownloadAs project={project} close={() => setDownloading(false)} /> : null}
      <div class="split">
        <aside>
          <h2>Datasets</h2>
          <nav class="tree" aria-label="Datasets">
            <button type="button" aria-pressed={dataset === 0} onClick={() => show({ dataset: 0, page: 1 })}>
              All <span class="dim">{count(project.itemsCount)}</span>
            </button>
            {datasets.map((one) => (
              <button
                key={one.id}
                type="button"
                title={one.path}
                aria-pressed={one.id === dataset}
                onClick={() => show({ dataset: one.id, page: 1 })}
              >
                {one.path} <span class="dim">{count(one.itemsCount)}</span>
              </button>
            ))}
          </nav>
          <h2>Classes</h2>
          <ul class="legend">
            {classes.map((one) => (
              <li key={one.title}>
                <Swatch color={one.color} /> {one.title} <span class="dim">{one.shape}</span>
              </li>
            ))}
          </ul>
        </aside>
        <Gallery project={project} dataset={dataset} page={page} classes={classes} show={show} />
      </div>
    </main>
  );
}

export function Swatch(props: { color: string }) {
  return (
    <span
      class="swatch"
      style={{ background: /^#[0-9a-f]{3,8}$/i.test(props.color) ? props.color : '#808080' }}
    />
  );
}

function Gallery(props: {
  project: Project;
  dataset: number;
  page: number;
  classes: ClassMeta[];
  show(to: { dataset: number; page: number }): void;
}) {
  const { project, dataset, page, classes } = props;
  const loaded = useLoaded(async (signal) => {
    const where = dataset > 0 ? { datasetId: dataset } : { projectId: project.id, recursive: true };
    const images = await call<Page<Image>>('images.list', { ...where, page, per_page: PER_PAGE }, signal);
    const found = await call<AnnotationOf[]>(
      'annotations.bulk.info',
      { imageIds: images.entities.map((one) => one.id), integerCoords: false },
      signal,
    );
    return { images, annotations: new Map(found.map((one) => [one.imageId, one.annotation])) };
  }, `gallery ${project.id} ${dataset} ${page}`);
  if (project.type !== 'images') {
    return (
      <Empty title={`The page does not show ${project.type.replaceAll('_', ' ')} yet`}>
        Download as ... works.
      </Empty>
    );
  }
  if (loaded.error !== undefined) return <Problem error={loaded.error} retry={loaded.reload} />;
  if (loaded.value === undefined) return <Loading />;
  const { images, annotations } = loaded.value;
  if (images.entities.length === 0) return <Empty title="No pictures here" />;
  return (
    <section aria-label="Pictures">
      <div class="gallery">
        {images.entities.map((image) => (
          <Link
            key={image.id}
            to={`/projects/${project.id}/images/${image.id}`}
            class="thumb"
            title={image.name}
          >
            <AnnotatedImage
              image={image}
              annotation={annotations.get(image.id)}
              classes={classes}
              maxHeight="150px"
              lazy
            />
            <span class="name">{image.name}</span>
            <span class="dim">{plural(annotations.get(image.id)?.objects.length ?? 0, 'object')}</span>
          </Link>
        ))}
      </div>
      {images.pagesCount <= 1 ? null : (
        <Pager page={page} pages={images.pagesCount} go={(to) => props.show({ dataset, page: to })} />
      )}
    </section>
  );
}
