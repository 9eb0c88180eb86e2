/** One project: its datasets, a gallery of its items with the objects drawn over them, its statistics, "Download as ...", a copy. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Loading, Problem } from '../parts/bits.tsx';
import { DownloadAs } from '../parts/download-as.tsx';
import { CopyProject } from '../projects/copy/copy-project.tsx';
import { DatasetList } from '../projects/dataset-list.tsx';
import { Gallery } from '../projects/gallery.tsx';
import { filterQuery, type GalleryFilter, readFilter } from '../projects/gallery-filter.ts';
import { LabelFilter } from '../projects/label-filter.tsx';
import { modalityOf } from '../projects/modality.ts';
import { StatisticsView } from '../projects/statistics.tsx';
import { go, Link, query } from '../router.tsx';
import { isManagerOf, useMe } from '../settings/accounts.ts';
import type { ClassMeta, Dataset, Page, Project, TagMeta } from '../shapes.ts';
import { bytes, plural } from '../words.ts';

const MOST_DATASETS = 5000;
const TYPING_MS = 250;

export function ProjectView(props: { id: number }) {
  const { id } = props;
  const [dialog, setDialog] = useState<'copy' | 'download' | 'run' | undefined>(undefined);
  const me = useMe().value;
  const loaded = useLoaded(async (signal) => {
    const [project, meta, datasets] = await Promise.all([
      call<Project>('projects.info', { id }, signal),
      call<{ classes: ClassMeta[]; tags: TagMeta[] }>('projects.meta', { id }, signal),
      call<Page<Dataset>>(
        'datasets.list',
        { projectId: id, recursive: true, per_page: MOST_DATASETS },
        signal,
      ),
    ]);
    return { project, classes: meta.classes, tags: meta.tags, datasets: datasets.entities };
  }, `project ${id}`);
  const view = loaded.value;
  if (view === undefined)
    return (
      <main>
        {loaded.error === undefined ? <Loading /> : <Problem error={loaded.error} retry={loaded.reload} />}
      </main>
    );
  const { project, classes, tags, datasets } = view;
  const modality = modalityOf(project.type);
  const statistics = query.value.get('tab') === 'statistics';

  return (
    <main class="wide">
      <p class="crumbs">
        <Link to="/projects">Projects</Link> <span class="dim">/</span>
      </p>
      <div class="bar">
        <h1>{project.name}</h1>
        <span class="dim">
          {plural(project.itemsCount, modality.one, modality.many)},{' '}
          {plural(project.datasetsCount, 'dataset')}, {plural(classes.length, 'class', 'classes')},{' '}
          {bytes(project.size)}
        </span>
        <span class="grow" />
        <nav class="tabs" aria-label="Views of the project">
          <Link to={`/projects/${id}`} current={!statistics}>
            {modality.title}
          </Link>
          <Link to={`/projects/${id}?tab=statistics`} current={statistics}>
            Statistics
          </Link>
        </nav>
        {me !== undefined && isManagerOf(me, project.teamId) ? (
          <button type="button" onClick={() => setDialog('copy')}>
            Copy project
          </button>
        ) : null}
        <button type="button" onClick={() => setDialog('run')}>
          Run a script
        </button>
        <button type="button" class="primary" onClick={() => setDialog('download')}>
          Download as ...
        </button>
      </div>
      {dialog !== 'copy' || me === undefined ? null : (
        <CopyProject project={project} me={me} close={() => setDialog(undefined)} />
      )}
      {dialog === undefined || dialog === 'copy' ? null : (
        <DownloadAs project={project} datasets={datasets} what={dialog} close={() => setDialog(undefined)} />
      )}
      {statistics ? (
        <StatisticsView project={project} />
      ) : (
        <Browse project={project} classes={classes} tags={tags} datasets={datasets} />
      )}
    </main>
  );
}

function Browse(props: {
  project: Project;
  classes: readonly ClassMeta[];
  tags: readonly TagMeta[];
  datasets: readonly Dataset[];
}) {
  const { project, classes, tags, datasets } = props;
  const filter = readFilter(query.value);
  const [total, setTotal] = useState<number | undefined>(undefined);
  const [open, setOpen] = useState(false);
  const { one, many, title } = modalityOf(project.type);
  const show = (to: GalleryFilter): void =>
    go(`/projects/${project.id}${filterQuery(to)}`, { replace: true });
  const chosen = datasets.find((one) => one.id === filter.dataset);

  return (
    <div class="browse">
      <aside class={open ? 'open' : undefined}>
        <button type="button" class="narrow" aria-expanded={open} onClick={() => setOpen(!open)}>
          Datasets and classes
        </button>
        <div class="aside-body">
          <DatasetList
            project={project}
            datasets={datasets}
            chosen={filter.dataset}
            choose={(dataset) => show({ ...filter, dataset })}
          />
          <LabelFilter
            title="Classes"
            find="Find a class"
            many={many}
            choices={classes.map((one) => ({
              id: one.id ?? 0,
              name: one.title,
              color: one.color,
              kind: one.shape.replaceAll('_', ' '),
            }))}
            chosen={filter.classId}
            choose={(classId) => show({ ...filter, classId })}
          />
          <LabelFilter
            title="Tags"
            find="Find a tag"
            many={many}
            choices={tags.map((one) => ({
              id: one.id ?? 0,
              name: one.name,
              color: one.color,
              kind: one.applicable_type === 'objectsOnly' ? 'objects' : '',
            }))}
            chosen={filter.tagId}
            choose={(tagId) => {
              const tag = tags.find((one) => one.id === tagId);
              show({
                ...filter,
                tagId,
                tagOf: tag?.applicable_type === 'objectsOnly' ? 'object' : 'item',
              });
            }}
          />
        </div>
      </aside>
      <section aria-label={title} class="images">
        <div class="bar tools">
          <SearchField many={many} name={filter.name} onName={(name) => show({ ...filter, name })} />
          <span class="dim" role="status">
            {total === undefined
              ? ''
              : `${plural(total, one, many)}${chosen === undefined ? '' : ` in ${chosen.path}`}`}
          </span>
        </div>
        <Gallery
          key={`${project.id}${filterQuery(filter)}`}
          project={project}
          filter={filter}
          classes={classes}
          onTotal={setTotal}
        />
      </section>
    </div>
  );
}

/** What is typed is looked for when the typing pauses. */
function SearchField(props: { many: string; name: string; onName(name: string): void }) {
  const { name, onName } = props;
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  useEffect(() => {
    if (text === name) return;
    const timer = setTimeout(() => onName(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, name]);
  return (
    <input
      type="search"
      placeholder="Search by name"
      aria-label={`Search ${props.many} by name`}
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
    />
  );
}
