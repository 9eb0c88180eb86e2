/** A list of the API as a table, page by page; before it is there, what is going on or went wrong. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { type Loaded, useLoaded } from '../loaded.ts';
import { Loading, Problem } from '../parts/bits.tsx';
import { Pager } from '../parts/pager.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import type { Page } from '../shapes.ts';

const PER_PAGE = 50;

interface Paged<T> extends Loaded<Page<T>> {
  page: number;
  turn(page: number): void;
}

export function usePaged<T>(method: string, body: object = {}): Paged<T> {
  const [page, turn] = useState(1);
  const loaded = useLoaded<Page<T>>(
    (signal) => call(method, { ...body, page, per_page: PER_PAGE }, signal),
    JSON.stringify([method, body, page]),
  );
  return { ...loaded, page, turn };
}

export function PagedTable<T extends { id: number }>(props: {
  label: string;
  list: Paged<T>;
  /** The column of buttons has an empty one. */
  heads: readonly string[];
  /** What the last change of a row came to. */
  failed: Error | undefined;
  /** In place of a table without rows. */
  empty: ComponentChildren;
  /** The cells of one. */
  row(entity: T): ComponentChildren;
}) {
  const { list, failed } = props;
  const listed = list.value;
  return (
    <>
      {list.error === undefined ? null : <Problem error={list.error} retry={list.reload} />}
      {failed === undefined ? null : <Problem error={failed} />}
      {listed === undefined && list.error === undefined ? <Loading /> : null}
      {listed?.entities.length === 0 ? props.empty : null}
      {listed === undefined || listed.entities.length === 0 ? null : (
        <ScrollBox label={props.label}>
          <table>
            <thead>
              <tr>
                {props.heads.map((head) => (
                  <th key={head}>{head === '' ? <span class="unseen">Actions</span> : head}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {listed.entities.map((entity) => (
                <tr key={entity.id}>{props.row(entity)}</tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {listed === undefined ? null : (
        <Pager page={list.page} perPage={PER_PAGE} total={listed.total} turn={list.turn} />
      )}
    </>
  );
}
