/** All items of what is looked at, as tiles. However many there are, only those on the screen are elements. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { Empty, Problem } from '../parts/bits.tsx';
import type { AnnotationOf, ClassMeta, Project } from '../shapes.ts';
import { createAnnotationBatches } from './annotation-batches.ts';
import { filterQuery, type GalleryFilter, isNarrow, itemsOf } from './gallery-filter.ts';
import { GAP, gridOf, scrollFor, shownOf } from './gallery-window.ts';
import { createItemPages, type PageReply } from './item-pages.ts';
import { itemAddress, modalityOf } from './modality.ts';
import { Tile, type TileItem } from './tile.tsx';

/** Where somebody was before an image was opened, by what was looked at. */
const places = new Map<string, number>();
/** What the page's header covers. */
const HEADER = 52;
/** Of an item only what its tile shows: a video would have the times of all its frames. */
const FIELDS = ['id', 'name', 'link', 'mime', 'width', 'height'];

export function Gallery(props: {
  project: Project;
  filter: GalleryFilter;
  classes: readonly ClassMeta[];
  /** Says how many there are as soon as it is known. */
  onTotal(total: number): void;
}) {
  const { project, filter, classes, onTotal } = props;
  const modality = modalityOf(project.type);
  const search = filterQuery(filter);
  const key = `${project.id}${search}`;
  const element = useRef<HTMLUListElement>(null);
  const [, redraw] = useState(0);
  const [error, setError] = useState<Error | undefined>(undefined);
  const [width, setWidth] = useState(0);
  const [focus, setFocus] = useState(0);
  const wantsFocus = useRef(false);

  const sources = useMemo(() => {
    const changed = (): void => redraw((count) => count + 1);
    const pages = createItemPages<TileItem>({
      fetchPage: (request, signal) =>
        call<PageReply<TileItem>>(
          `${modality.methods}.list`,
          { ...itemsOf(project, filter), sort: 'id', fields: FIELDS, ...request },
          signal,
        ),
      changed,
      failed: setError,
      // With every page the server counts them anew: rather fewer, longer pages.
      ...(isNarrow(filter) ? { perPage: 300 } : {}),
    });
    const annotations = createAnnotationBatches({
      fetchBatch: (imageIds, signal) =>
        call<AnnotationOf[]>('annotations.bulk.info', { imageIds, integerCoords: false }, signal),
      changed,
    });
    return { pages, annotations };
  }, [key, project.updatedAt]);
  useEffect(() => {
    setError(undefined);
    setFocus(0);
    return () => {
      sources.pages.close();
      sources.annotations.close();
    };
  }, [sources]);

  useLayoutEffect(() => {
    const list = element.current;
    if (list === null) return;
    const observer = new ResizeObserver(() => setWidth(list.clientWidth));
    observer.observe(list);
    let waiting = 0;
    const onScroll = (): void => {
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => redraw((count) => count + 1));
    };
    addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      cancelAnimationFrame(waiting);
      removeEventListener('scroll', onScroll);
    };
  }, []);

  const { pages, annotations } = sources;
  const total = pages.total();
  const grid = gridOf(width, total ?? 0);
  const screen = innerHeight - HEADER;
  const scrolled = HEADER - (element.current?.getBoundingClientRect().top ?? HEADER);
  const shown = shownOf(grid, total ?? 0, scrolled, screen);

  useEffect(() => {
    pages.want(shown.from, Math.max(shown.to, 1));
    const ids: number[] = [];
    for (let index = shown.from; index < shown.to; index++) {
      const item = pages.get(index);
      if (item !== undefined) ids.push(item.id);
    }
    if (project.type === 'images') annotations.want(ids);
    if (total !== undefined) places.set(key, scrollY);
  });
  useEffect(() => {
    if (total === undefined) return;
    onTotal(total);
  }, [total]);
  useLayoutEffect(() => {
    const before = places.get(key);
    if (total !== undefined && before !== undefined && width > 0) scrollTo(0, before);
  }, [total === undefined, key, width > 0]);

  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const link = element.current?.querySelector(`[data-index="${focus}"]`);
    if (!(link instanceof HTMLElement)) return;
    wantsFocus.current = false;
    link.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || total === undefined) return;
    const rows = Math.max(1, Math.floor(screen / grid.rowHeight)) * grid.columns;
    const moves: Record<string, number> = {
      ArrowLeft: focus - 1,
      ArrowRight: focus + 1,
      ArrowUp: focus - grid.columns,
      ArrowDown: focus + grid.columns,
      PageUp: focus - rows,
      PageDown: focus + rows,
      Home: 0,
      End: total - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(total - 1, to));
    const by = scrollFor(grid, index, scrolled, screen);
    if (by !== undefined) scrollTo(0, scrollY + by - scrolled);
    wantsFocus.current = true;
    setFocus(index);
  };

  if (error !== undefined) return <Problem error={error} retry={() => setError(undefined)} />;
  const focusable = focus >= shown.from && focus < shown.to ? focus : shown.from;
  const tiles = [];
  for (let index = shown.from; index < shown.to; index++) {
    const item = pages.get(index);
    const place = index - shown.from;
    const left = (place % grid.columns) * (grid.tileWidth + GAP);
    const top = shown.top + Math.floor(place / grid.columns) * grid.rowHeight;
    tiles.push(
      <li
        key={index}
        style={{
          transform: `translate(${left}px, ${top}px)`,
          width: `${grid.tileWidth}px`,
          height: `${grid.rowHeight - GAP}px`,
        }}
      >
        {item === undefined ? (
          <span class="tile empty-tile" />
        ) : (
          <Tile
            item={item}
            modality={modality}
            annotation={annotations.get(item.id)}
            classes={classes}
            to={`${itemAddress(project, item.id)}${search}`}
            width={grid.tileWidth}
            index={index}
            focusable={index === focusable}
          />
        )}
      </li>,
    );
  }
  return (
    <>
      {total === 0 ? (
        isNarrow(filter) ? (
          <Empty title={`No ${modality.one} is like that`}>
            {filter.name === '' ? null : `No name with "${filter.name}" in it. `}
            {filter.classId > 0 || filter.tagId > 0 ? 'Press the class or tag again to see all.' : null}
          </Empty>
        ) : (
          <Empty title={`No ${modality.many} here`}>
            Import more into this project, or add some with the SDK:{' '}
            <code>api.{modality.sdk}.upload_path(...)</code>.
          </Empty>
        )
      ) : null}
      <ul
        ref={element}
        class="gallery"
        aria-label={modality.title}
        aria-busy={total === undefined}
        style={{ height: `${grid.height}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={(event) => {
          const index = (event.target as HTMLElement).dataset.index;
          if (index !== undefined) setFocus(Number(index));
        }}
      >
        {tiles}
      </ul>
    </>
  );
}
