/** One small plot of what a run used. Plain SVG: there is nothing to zoom, and the words beside it say the same. */
import type { UsagePlot } from './usage.ts';

const WIDTH = 300;
const HEIGHT = 72;

export function UsageFigure({ plot }: { plot: UsagePlot }) {
  const { title, lines, limit, top, words } = plot;
  return (
    <figure class="usage">
      <figcaption>
        <b>{title}</b> <span class="dim">{words}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title} over time: ${words}`}
      >
        {limit === undefined ? null : (
          <line class="limit" x1={0} x2={WIDTH} y1={up(limit)} y2={up(limit)}>
            <title>Limit</title>
          </line>
        )}
        {lines.map(({ name, points }, at) => (
          <polyline
            key={name}
            class={at === 0 ? 'first' : 'second'}
            points={points.map(({ x, y }) => `${(x * WIDTH).toFixed(1)},${up(y)}`).join(' ')}
          />
        ))}
      </svg>
      <p class="scale dim">
        {lines.length < 2
          ? null
          : lines.map(({ name }, at) => (
              <span key={name} class={at === 0 ? 'first' : 'second'}>
                {name}
              </span>
            ))}
        {limit === undefined ? null : <span class="limit">limit</span>}
        <span class="grow" />
        <span>top: {top}</span>
      </p>
    </figure>
  );
}

const up = (share: number): string => ((1 - share) * (HEIGHT - 2) + 1).toFixed(1);
