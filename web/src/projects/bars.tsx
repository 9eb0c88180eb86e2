/**
 * Horizontal bars with their numbers, as a table: a chart that a screen reader reads and that is searched with the
 * browser's own search. Plain elements rather than a plotting library: nothing here has an axis to zoom.
 */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../words.ts';

export interface Bar {
  key: string;
  label: ComponentChildren;
  value: number;
  color?: string;
  /** More numbers of the row. */
  more?: ComponentChildren[];
}

const AT_ONCE = 25;

export function Bars(props: { caption: string; heads: string[]; bars: readonly Bar[] }) {
  const { bars, heads } = props;
  const [all, setAll] = useState(false);
  const most = bars.reduce((max, one) => Math.max(max, one.value), 0);
  const shown = all ? bars : bars.slice(0, AT_ONCE);
  return (
    <>
      <table class="bars">
        <caption>{props.caption}</caption>
        <thead>
          <tr>
            {heads.map((head, at) => (
              <th key={head} scope="col" class={at === 0 ? undefined : 'number'} colSpan={at === 1 ? 2 : 1}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.key}>
              <th scope="row">{one.label}</th>
              <td class="length">
                <span
                  style={{
                    width: `${(100 * one.value) / Math.max(1, most)}%`,
                    minWidth: one.value > 0 ? '1px' : '0',
                    background: one.color ?? 'var(--accent)',
                  }}
                />
              </td>
              <td class="number">{count(one.value)}</td>
              {one.more?.map((cell, at) => (
                <td key={at} class="number dim">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {bars.length <= AT_ONCE ? null : (
        <button type="button" class="plain" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${count(bars.length)}`}
        </button>
      )}
    </>
  );
}
