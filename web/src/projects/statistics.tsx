/** What a project holds, in numbers: classes, tags, objects per item, sizes, lengths. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { Swatch } from '../parts/swatch.tsx';
import type { ClassMeta, Project, Statistics, StatisticsState, TagMeta } from '../shapes.ts';
import { count } from '../words.ts';
import { Bars } from './bars.tsx';
import { modalityOf } from './modality.ts';

const ASK_AGAIN_MS = 700;

export function StatisticsView(props: { project: Project }) {
  const { id, type } = props.project;
  const meta = useLoaded(
    (signal) => call<{ classes: ClassMeta[]; tags: TagMeta[] }>('projects.meta', { id }, signal),
    `meta ${id}`,
  );
  const loaded = useLoaded<StatisticsState>(
    (signal) => call('projects.statistics', { id }, signal),
    `statistics ${id}`,
  );
  const state = loaded.value;
  useEffect(() => {
    if (state?.state !== 'counting') return;
    const timer = setTimeout(loaded.reload, ASK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [state, loaded.reload]);

  const error = loaded.error ?? meta.error;
  if (error !== undefined) return <Problem error={error} retry={loaded.reload} />;
  if (state?.state === 'failed')
    return <Problem error={new Error(`The counting failed: ${state.reason ?? ''}`)} retry={loaded.reload} />;
  if (state === undefined || meta.value === undefined) return <Loading />;
  if (state.statistics === null) {
    return (
      <div class="counting" role="status">
        <progress value={state.done} max={Math.max(1, state.total)} aria-label="Counting" />
        <span class="dim">
          Counting: {count(state.done)} of {count(state.total)}
        </span>
      </div>
    );
  }
  if (state.statistics.items === 0)
    return (
      <Empty title="Nothing to count yet">
        Statistics appear as soon as there are {modalityOf(type).many}.
      </Empty>
    );
  return (
    <Numbers type={type} statistics={state.statistics} classes={meta.value.classes} tags={meta.value.tags} />
  );
}

function Numbers(props: { type: string; statistics: Statistics; classes: ClassMeta[]; tags: TagMeta[] }) {
  const { type, statistics: found, classes, tags } = props;
  const { one, many, title } = modalityOf(type);
  const isImages = type === 'images';
  const isClouds = type.startsWith('point_cloud');
  // Objects of clouds belong to their dataset.
  const perItem = isClouds ? 'Figures' : 'Objects';
  const counted = new Map(found.classes.map((one) => [one.title, one]));
  // Classes of the project without objects are worth seeing too.
  const rows = classes
    .map((meta) => ({
      meta,
      ...(counted.get(meta.title) ?? { objects: 0, figures: 0, items: 0, share: null }),
    }))
    .sort((a, b) => b.objects - a.objects);
  const tagCounts = new Map(found.tags.map((one) => [one.name, one]));
  const tagRows = tags
    .map(({ name, color }) => ({ name, color, ...(tagCounts.get(name) ?? { items: 0, objects: 0 }) }))
    .sort((a, b) => b.items + b.objects - a.items - a.objects);
  const bins = trimmed(found.objectsPerItem);
  const lengths = trimmed(found.lengths);
  return (
    <div class="statistics">
      <div class="counts">
        <Total value={found.items} what={found.items === 1 ? one : many} />
        <Total value={found.annotated} what="annotated" />
        <Total value={found.objects} what="objects" />
        {isImages ? (
          <span class="count">
            <b>{(found.objects / found.items).toFixed(1)}</b> objects an image
          </span>
        ) : (
          <Total value={found.figures} what="figures" />
        )}
        {found.frames === null ? null : (
          <>
            <Total value={found.frames.total} what="frames" />
            <Total value={found.frames.labelled} what="with labels" />
          </>
        )}
      </div>
      <section class="panel">
        <Bars
          caption="Classes"
          heads={['Class', 'Objects', ...(isImages ? [title, 'Mean area'] : ['Figures', title])]}
          bars={rows.map(({ meta, objects, figures, items, share }) => ({
            key: meta.title,
            label: (
              <span class="with-swatch">
                <Swatch color={meta.color} /> {meta.title}
              </span>
            ),
            value: objects,
            color: meta.color,
            more: isImages
              ? [count(items), share === null ? '-' : percent(share)]
              : [count(figures), count(items)],
          }))}
        />
        {found.everyMaskMeasured ? null : (
          <p class="dim">Areas are of the first masks only: there are too many to measure them all.</p>
        )}
      </section>
      <div class="columns">
        <section class="panel">
          <Bars
            caption={`${perItem} per ${one}`}
            heads={[perItem, title]}
            bars={bins.map((bin) => ({ key: String(bin.from), label: rangeOf(bin), value: bin.items }))}
          />
        </section>
        {lengths.length === 0 ? null : (
          <section class="panel">
            <Bars
              caption="Lengths"
              heads={['Seconds', title]}
              bars={lengths.map((bin) => ({ key: String(bin.from), label: rangeOf(bin), value: bin.items }))}
            />
          </section>
        )}
        {found.sizes.length === 0 ? null : (
          <section class="panel">
            <Bars
              caption="Sizes"
              heads={[type === 'volumes' ? 'Voxels' : 'Pixels', title]}
              bars={[
                ...found.sizes.map(({ width, height, depth, items }) => ({
                  key: `${width}x${height}x${depth ?? ''}`,
                  label:
                    width === 0 ? 'unknown' : [width, height, ...(depth === null ? [] : [depth])].join(' x '),
                  value: items,
                })),
                ...(found.otherSizes > 0
                  ? [{ key: 'other', label: 'other sizes', value: found.otherSizes }]
                  : []),
              ]}
            />
          </section>
        )}
        {tagRows.length === 0 ? null : (
          <section class="panel">
            <Bars
              caption="Tags"
              heads={['Tag', title, 'Objects']}
              bars={tagRows.map(({ name, items, objects }) => ({
                key: name,
                label: name,
                value: items,
                more: [count(objects)],
              }))}
            />
          </section>
        )}
      </div>
    </div>
  );
}

function Total(props: { value: number; what: string }) {
  return (
    <span class="count">
      <b>{count(props.value)}</b> {props.what}
    </span>
  );
}

function rangeOf({ from, to }: { from: number; to: number | null }): string {
  if (to === null) return `${count(from)} and more`;
  return from === to ? count(from) : `${count(from)} - ${count(to)}`;
}

function percent(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1%' : `${(100 * share).toFixed(1)}%`;
}

/** Without the empty bins at the end. */
function trimmed<T extends { items: number }>(bins: readonly T[]): T[] {
  const last = bins.findLastIndex((one) => one.items > 0);
  return bins.slice(0, last + 1);
}
