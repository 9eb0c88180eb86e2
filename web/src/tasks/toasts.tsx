/** What ended while the person was elsewhere on the page. Read out by screen readers; a failure stays until it is put away. */
import { useEffect } from 'preact/hooks';
import { listen } from '../events.ts';
import { StatePill } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import type { TaskView } from '../shapes.ts';
import { takeNote, told, watching } from './watched.ts';

const SHOWN_MS = 15_000;

export function Toasts() {
  useEffect(() => listen(watching), []);
  return (
    <div class="toasts" role="status">
      {told.value.map((task) => (
        <Toast key={task.id} task={task} />
      ))}
    </div>
  );
}

function Toast({ task }: { task: TaskView }) {
  const { id, state, title } = task;
  useEffect(() => {
    if (state === 'failed') return;
    const timer = setTimeout(() => takeNote(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, state]);
  return (
    <div class="toast">
      <StatePill task={task} />
      <Link to={`/tasks/${id}`} class="title">
        {title}
      </Link>
      <button type="button" class="plain" aria-label={`Put away: ${title}`} onClick={() => takeNote(id)}>
        ×
      </button>
    </div>
  );
}
