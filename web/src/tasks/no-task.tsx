/** What is seen before the first task: what tasks are, and the ways to make one. */

import { SampleButton } from '../import/sample-button.tsx';
import { problem } from '../import/uploads.ts';
import { Empty, Problem } from '../parts/bits.tsx';
import { go, Link } from '../router.tsx';

export function NoTask() {
  return (
    <>
      {problem.value === undefined ? null : <Problem error={problem.value} />}
      <Empty title="No task yet">
        <p>
          A task is one import or one download. It is listed here from the moment it is asked for: what it
          does, how far it is, and what became of every file.
        </p>
        <p>
          Drop a dataset anywhere on this page or into an agent's upload folder, or{' '}
          <Link to="/import">choose what to import</Link>.
        </p>
        <SampleButton made={() => go('/import')} />
      </Empty>
    </>
  );
}
