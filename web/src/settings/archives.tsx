/** Archives that exports made, until they expire: download, check, remove. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Link } from '../router.tsx';
import { ago, bytes, count, span, when } from '../words.ts';
import { type Me, mayManage } from './accounts.ts';

const PER_PAGE = 50;

interface Archive {
  id: number;
  taskId: number | null;
  name: string;
  sha256: string;
  size: number;
  files: number;
  link: string;
  createdAt: string;
  expiresAt: string;
}

interface Listed {
  entities: Archive[];
  next: number | null;
}

export function Archives(props: { me: Me }) {
  const archives = useLoaded<Listed>(
    (signal) => call('archives.list', { limit: PER_PAGE }, signal),
    'archives',
  );
  const act = useAction();
  const listed = archives.value;
  const mayRemove = mayManage(props.me);

  async function more(before: number): Promise<void> {
    const page = await call<Listed>('archives.list', { limit: PER_PAGE, before });
    archives.set((now) => now && { entities: [...now.entities, ...page.entities], next: page.next });
  }

  async function remove(id: number): Promise<void> {
    await call('archives.remove', { id });
    archives.set((now) => now && { ...now, entities: now.entities.filter((one) => one.id !== id) });
  }

  return (
    <section>
      <h2>Archives</h2>
      {archives.error === undefined ? null : <Problem error={archives.error} retry={archives.reload} />}
      {act.error === undefined ? null : <Problem error={act.error} />}
      {listed === undefined ? (
        archives.error === undefined ? (
          <Loading />
        ) : null
      ) : listed.entities.length === 0 ? (
        <Empty title="No archive is kept">
          "Download as ..." on a <Link to="/projects">project</Link> makes one; it can be downloaded here
          until it expires.
        </Empty>
      ) : (
        <ul class="archives">
          {listed.entities.map((archive) => (
            <li key={archive.id} class="card">
              <div class="bar">
                <strong>{archive.name}</strong>
                <span class="grow" />
                <a
                  class="button"
                  href={archive.link}
                  download={archive.name}
                  aria-label={`Download ${bytes(archive.size)}: ${archive.name}`}
                >
                  Download {bytes(archive.size)}
                </a>
                {mayRemove ? (
                  <ConfirmButton
                    word="Remove"
                    sure="Yes, remove"
                    label={`Remove ${archive.name}`}
                    disabled={act.busy}
                    act={() => void act.run(() => remove(archive.id))}
                  />
                ) : null}
              </div>
              <dl class="facts">
                <div>
                  <dt>Made</dt>
                  <dd title={when(archive.createdAt)}>
                    {ago(archive.createdAt, now.value)}
                    {archive.taskId === null ? null : (
                      <>
                        {' by '}
                        <Link to={`/tasks/${archive.taskId}`}>task {archive.taskId}</Link>
                      </>
                    )}
                  </dd>
                </div>
                <div>
                  <dt>Expires</dt>
                  <dd title={when(archive.expiresAt)}>
                    in {span(Date.parse(archive.expiresAt) - now.value)}
                  </dd>
                </div>
                <div>
                  <dt>Files</dt>
                  <dd>{count(archive.files)}</dd>
                </div>
                <div class="whole">
                  <dt>SHA-256</dt>
                  <dd>
                    <code>{archive.sha256}</code>
                  </dd>
                </div>
              </dl>
            </li>
          ))}
        </ul>
      )}
      {listed?.next == null ? null : (
        <p class="more">
          <button
            type="button"
            disabled={act.busy}
            onClick={() => void act.run(() => more(listed.next as number))}
          >
            Show older
          </button>
        </p>
      )}
    </section>
  );
}
