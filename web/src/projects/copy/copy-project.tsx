/** "Copy project": its name, where it goes and what goes along; then the copy as it is made, and the way to it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAction } from '../../action.ts';
import { call } from '../../api.ts';
import { useLoaded } from '../../loaded.ts';
import { Problem } from '../../parts/bits.tsx';
import { Link } from '../../router.tsx';
import { isManagerOf, type Me } from '../../settings/accounts.ts';
import type { Page, Project, TaskView } from '../../shapes.ts';
import { TaskProgress } from '../../tasks/task-progress.tsx';
import { modalityOf } from '../modality.ts';
import { COPY_PARTS, type CopyPart, copied, includeOf } from './copy-parts.ts';

const MOST_WORKSPACES = 1000;

interface Workspace {
  id: number;
  teamId: number;
  name: string;
}

export function CopyProject(props: { project: Project; me: Me; close(): void }) {
  const { project, me, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState<ReadonlySet<CopyPart>>(new Set(COPY_PARTS.map(({ part }) => part)));
  const [task, setTask] = useState<TaskView | undefined>(undefined);
  const start = useAction();
  const workspaces = useLoaded<Page<Workspace>>(
    (signal) => call('workspaces.list', { per_page: MOST_WORKSPACES }, signal),
    'workspaces',
  );
  useEffect(() => dialog.current?.showModal(), []);
  const along = copied(wanted);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    void start.run(async () => {
      const { taskId } = await call<{ taskId: number }>('projects.clone', {
        id: project.id,
        name: String(given.get('name')).trim(),
        workspaceId: Number(given.get('workspace') ?? project.workspaceId),
        include: includeOf(along),
      });
      setTask(await call<TaskView>('tasks.details', { id: taskId }));
    });
  }

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="copy-title" class="copy-project">
      <h2 id="copy-title">Copy {project.name}</h2>
      {task === undefined ? (
        <form onSubmit={submit}>
          <label>
            <span>Name of the copy</span>
            <input
              type="text"
              name="name"
              required
              pattern=".*\S.*"
              maxLength={1024}
              value={`${project.name.slice(0, 1000)} copy`}
              autocomplete="off"
            />
          </label>
          <WorkspaceChoice
            own={project.workspaceId}
            me={me}
            workspaces={workspaces.value?.entities.filter(({ teamId }) => isManagerOf(me, teamId)) ?? []}
          />
          <fieldset class="options">
            <legend>Goes along</legend>
            {COPY_PARTS.map(({ part, needs }) => (
              <label key={part} class="check">
                <input
                  type="checkbox"
                  checked={along.has(part)}
                  disabled={!needs.every((need) => along.has(need))}
                  onChange={(event) => {
                    const { checked } = event.currentTarget;
                    setWanted(
                      (before) => new Set([...before, part].filter((one) => checked || one !== part)),
                    );
                  }}
                />
                <span>{wordOf(part, project)}</span>
              </label>
            ))}
          </fieldset>
          <p class="dim">No file is stored twice: the copy names the same bytes.</p>
          {[workspaces.error, start.error].map((error) =>
            error === undefined ? null : <Problem key={error.message} error={error} />,
          )}
          <div class="bar end">
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
            <button type="submit" class="primary" disabled={start.busy}>
              Copy
            </button>
          </div>
        </form>
      ) : (
        <TaskProgress
          started={task}
          later="the task will have a link to the copy"
          made={({ link, projectName }) =>
            link === undefined ? null : (
              <p>
                <Link to={link}>Open {projectName ?? 'the copy'}</Link>
              </p>
            )
          }
          again={() => setTask(undefined)}
          close={() => dialog.current?.close()}
        />
      )}
    </dialog>
  );
}

/** Only where there is a choice. */
function WorkspaceChoice(props: { own: number; me: Me; workspaces: readonly Workspace[] }) {
  const { own, me, workspaces } = props;
  if (workspaces.length < 2) return null;
  const teams = new Map(me.teams.map(({ id, name }) => [id, name]));
  const isOneTeam = new Set(workspaces.map(({ teamId }) => teamId)).size === 1;
  return (
    <label>
      <span>Workspace</span>
      <select name="workspace">
        {workspaces.map(({ id, teamId, name }) => (
          <option key={id} value={String(id)} selected={id === own}>
            {isOneTeam ? name : `${name} (${teams.get(teamId) ?? `team ${teamId}`})`}
          </option>
        ))}
      </select>
    </label>
  );
}

function wordOf(part: CopyPart, project: Project): string {
  const { title, many } = modalityOf(project.type);
  return {
    meta: 'Classes and tags',
    datasets: 'Datasets',
    items: `${title} with their tags`,
    annotations: `What is drawn on the ${many}`,
  }[part];
}
