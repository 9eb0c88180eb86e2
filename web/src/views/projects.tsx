/** All projects. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import type { Page, Project } from '../shapes.ts';
import { ago, bytes, count, plural } from '../words.ts';

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
    <main>
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
        <Empty title={text === '' ? 'No project yet' : 'No such project'}>
          Drop a dataset into the upload folder, or <Link to="/import">import from it</Link>.
        </Empty>
      ) : (
        <div class="cards">
          {found.entities.map((project) => (
            <Link key={project.id} to={`/projects/${project.id}`} class="card">
              <strong>{project.name}</strong>
              <span class="dim">
                {plural(project.itemsCount, project.type === 'images' ? 'image' : 'item')} in{' '}
                {plural(project.datasetsCount, 'dataset')}
              </span>
              <span class="dim">
                {bytes(project.size)} - {ago(project.updatedAt, now.value)}
              </span>
            </Link>
          ))}
        </div>
      )}
      {found === undefined || found.pagesCount <= 1 ? null : (
        <Pager page={page} pages={found.pagesCount} go={setPage} />
      )}
    </main>
  );
}

export function Pager(props: { page: number; pages: number; go(page: number): void }) {
  const { page, pages } = props;
  return (
    <p class="more">
      <button type="button" disabled={page <= 1} onClick={() => props.go(page - 1)}>
        Previous
      </button>
      <span class="dim">
        Page {count(page)} of {count(pages)}
      </span>
      <button type="button" disabled={page >= pages} onClick={() => props.go(page + 1)}>
        Next
      </button>
    </p>
  );
}
