/** Back and forth in a list that the server gives by pages. */
import { count } from '../words.ts';

export function Pager(props: { page: number; perPage: number; total: number; turn(page: number): void }) {
  const { page, perPage, total, turn } = props;
  if (total <= perPage) return null;
  const first = (page - 1) * perPage;
  return (
    <p class="more">
      <button type="button" disabled={page <= 1} onClick={() => turn(page - 1)}>
        Previous
      </button>
      <span class="dim">
        {count(first + 1)} - {count(Math.min(first + perPage, total))} of {count(total)}
      </span>
      <button type="button" disabled={first + perPage >= total} onClick={() => turn(page + 1)}>
        Next
      </button>
    </p>
  );
}
