/** A sample data set at one click, for whoever has nothing at hand. */
import { useSignal } from '@preact/signals';
import { call } from '../api.ts';
import { choose } from './chosen-source.ts';
import { problem, type Unfinished } from './uploads.ts';

export function SampleButton(props: { made?: () => void }) {
  const busy = useSignal(false);
  async function make(): Promise<void> {
    busy.value = true;
    problem.value = undefined;
    try {
      const { id, name } = await call<Unfinished>('uploads.sample');
      choose({ kind: 'upload', id, name });
      props.made?.();
    } catch (error) {
      problem.value = error as Error;
    } finally {
      busy.value = false;
    }
  }
  return (
    <button type="button" disabled={busy.value} onClick={() => void make()}>
      Try a sample
    </button>
  );
}
