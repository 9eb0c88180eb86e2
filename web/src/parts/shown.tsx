/** A value that is on its way, could not be had, or is there. */
import type { ComponentChildren } from 'preact';
import type { Loaded } from '../loaded.ts';
import { Loading, Problem } from './bits.tsx';

export function Shown<T>(props: { loaded: Loaded<T>; children: (value: T) => ComponentChildren }) {
  const { value, error, reload } = props.loaded;
  return (
    <>
      {error === undefined ? null : <Problem error={error} retry={reload} />}
      {value !== undefined ? props.children(value) : error === undefined ? <Loading /> : null}
    </>
  );
}
