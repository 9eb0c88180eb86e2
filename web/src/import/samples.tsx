/** Up to a dozen items of a dry run with their labels drawn over them. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { PreviewFile } from '../../../src/protocol/preview.ts';
import { call } from '../api.ts';
import { drawAnnotation } from '../draw/draw-annotation.ts';
import { edgesOf } from '../draw/shapes.ts';
import { useLoaded } from '../loaded.ts';
import { modalityOf } from '../projects/modality.ts';
import type { ImageAnnotation, TaskView } from '../shapes.ts';

type Item = PreviewFile['items'][number];

export function Samples(props: {
  task: TaskView;
  classes: readonly { name: string; color?: string | undefined }[];
}) {
  const { id, result } = props.task;
  const loaded = useLoaded<PreviewFile>((signal) => call('tasks.preview', { id }, signal), `preview ${id}`);
  const colors = useMemo(
    () => new Map(props.classes.flatMap(({ name, color }) => (color === undefined ? [] : [[name, color]]))),
    [props.classes],
  ) as ReadonlyMap<string, string>;
  if (result?.samples === undefined) return null;
  if (loaded.error !== undefined) return <p class="dim">The thumbnails could not be read.</p>;
  const items = loaded.value?.items;
  return (
    <ul class="samples" aria-label="Samples" aria-busy={items === undefined}>
      {items === undefined
        ? Array.from({ length: Math.min(12, result.counts.items) }, (_, at) => <li key={at} class="sample" />)
        : items.map((item, at) => <SampleItem key={at} item={item} colors={colors} />)}
    </ul>
  );
}

function SampleItem(props: { item: Item; colors: ReadonlyMap<string, string> }) {
  const { item, colors } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  // The page may load no data: addresses; a blob: one is allowed.
  const address = useMemo(
    () =>
      item.webp === undefined
        ? undefined
        : URL.createObjectURL(new Blob([bytesOf(item.webp)], { type: 'image/webp' })),
    [item.webp],
  );
  useEffect(() => () => (address === undefined ? undefined : URL.revokeObjectURL(address)), [address]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null || item.ann === undefined || item.width === 0) return;
    const controller = new AbortController();
    element.width = Math.round(element.clientWidth * devicePixelRatio);
    element.height = Math.round(element.clientHeight * devicePixelRatio);
    drawAnnotation(element, item.ann as ImageAnnotation, {
      colors,
      edges: edgesOf([]),
      hidden: new Set(),
      scale: element.width / item.width,
      fill: 0.35,
      signal: controller.signal,
    }).then(
      () => element.toggleAttribute('data-drawn', !controller.signal.aborted),
      (error: unknown) => console.error(error),
    );
    return () => controller.abort();
  }, [item, colors]);
  const ratio = item.width > 0 && item.height > 0 ? item.width / item.height : 4 / 3;
  return (
    <li class="sample" title={`${item.dataset} / ${item.name}`}>
      <div class="picture">
        <div
          class="frame"
          style={{ aspectRatio: String(ratio), width: `min(100%, ${Math.round(120 * ratio)}px)` }}
        >
          {address === undefined ? <p class="note">{noteOf(item)}</p> : <img src={address} alt={item.name} />}
          <canvas ref={canvas} />
        </div>
      </div>
      <span class="name">{item.name}</span>
    </li>
  );
}

/** Why there is no picture: what it is, where it is. */
function noteOf({ kind, link }: Item): string {
  if (kind !== undefined) return `a ${modalityOf(kind).one}`;
  return link === undefined ? 'no preview' : 'a link';
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
