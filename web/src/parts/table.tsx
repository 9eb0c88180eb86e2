/** A table that is read, not used: headings and rows of cells, reached and scrolled by keyboard. */
import type { ComponentChildren } from 'preact';
import { ScrollBox } from './scroll-box.tsx';

export function Table(props: {
  label: string;
  /** A heading that begins with `#` is of numbers. */
  heads: readonly string[];
  rows: readonly (readonly [key: string, ...cells: ComponentChildren[]])[];
}) {
  const isNumber = (at: number): boolean => props.heads[at]?.startsWith('#') === true;
  return (
    <ScrollBox label={props.label}>
      <table>
        <thead>
          <tr>
            {props.heads.map((head, at) => (
              <th key={head} class={isNumber(at) ? 'number' : undefined}>
                {head.replace(/^#/, '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map(([key, ...cells]) => (
            <tr key={key}>
              {cells.map((cell, at) => (
                <td key={props.heads[at]} class={isNumber(at) ? 'number' : undefined}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
