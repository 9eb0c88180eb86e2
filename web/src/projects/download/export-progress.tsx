/** An export, or a script, from its start to its archive. */
import { Link } from '../../router.tsx';
import type { TaskView } from '../../shapes.ts';
import { TaskProgress } from '../../tasks/task-progress.tsx';
import { ArchiveReady } from './archive-ready.tsx';

export function ExportProgress(props: { started: TaskView; again(): void; close(): void }) {
  return (
    <TaskProgress
      {...props}
      later="log and archive will be on the page of the task"
      made={(result) =>
        result.link === undefined ? (
          <p>
            It wrote no file; what it printed is in the log of{' '}
            <Link to={`/tasks/${props.started.id}`}>its task</Link>.
          </p>
        ) : (
          <ArchiveReady result={result} />
        )
      }
    />
  );
}
