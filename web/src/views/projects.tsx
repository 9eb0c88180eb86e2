/** All projects, each with its first pictures. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { ProjectCard } from '../projects/project-card.tsx';
import { Link } from '../router.tsx';
import type { Page, Project } from '../shapes.ts';
import { count } from '../words.ts';

const PER_PAGE = 60;

export function ProjectsView() {
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const filter = text === '' ? [] : [{ field: 'name', operator: 'ilike', value: `%${text}%` }];
  const loaded = useLoaded<Page<Project>>(
    (signal) =>
      call('projects.list', { filter, sort: 'id', sort_order: 'desc', page, per_page: PER_PAGE }, signal),
    `${text}|${page}`,
  );

  // A project appears when its import has ended.
  useEffect(
    () =>
      listen({
        refresh: loaded.reload,
        event: (event) => {
          if (event.type === 'task' && event.task.state === 'succeeded') loaded.reload();
        },
      }),
    [loaded.reload],
  );

  const found = loaded.value;
  return (
    <main class="wide">
      <div class="bar">
        <h1>Projects</h1>
        {found === undefined ? null : <span class="dim">{count(found.total)}</span>}
        <span class="grow" />
        <input
          type="search"
          placeholder="Search"
          aria-label="Search projects"
          value={text}
          onInput={(event) => {
            setPage(1);
            setText(event.currentTarget.value);
          }}
        />
      </div>
      {loaded.error === undefined ? null : <Problem error={loaded.error} retry={loaded.reload} />}
      {found === undefined ? (
        loaded.error === undefined ? (
          <Loading />
        ) : null
      ) : found.entities.length === 0 ? (
        text === '' ? (
          <NoProject />
        ) : (
          <Empty title={`No project has "${text}" in its name`} />
        )
      ) : (
        <div class="cards projects">
          {found.entities.map((project) => (
            <ProjectCard key={project.id} project={project} now={now.value} />
          ))}
        </div>
      )}
      {found === undefined || found.pagesCount <= 1 ? null : (
        <p class="more">
          <button type="button" disabled={page <= 1} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span class="dim">
            Page {count(page)} of {count(found.pagesCount)}
          </span>
          <button type="button" disabled={page >= found.pagesCount} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </p>
      )}
    </main>
  );
}

function NoProject() {
  return (
    <Empty title="No project yet">
      <p>
        A project is what an import makes: images in datasets, with their classes, objects and tags. Drop a
        dataset in any known format into the upload folder, or <Link to="/import">import one here</Link>. It
        appears on this page as soon as the import has ended.
      </p>
    </Empty>
  );
}
