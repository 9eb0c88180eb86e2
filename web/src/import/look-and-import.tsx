/** A source that is chosen: what is in it on the left, how it is imported on the right. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { go } from '../router.tsx';
import type { Manifest, TaskView } from '../shapes.ts';
import { choices, look, type Source, source, startRequest } from './chosen-source.ts';
import { ImportForm } from './import-form.tsx';
import { Inspection, Waiting } from './inspection.tsx';

export function LookAndImport(props: {
  chosen: Source | undefined;
  /** Shown until the first look. */
  before?: ComponentChildren;
  /** Look inside as soon as there is something. */
  atOnce: boolean;
}) {
  const { chosen, before, atOnce } = props;
  const plugins = useLoaded<{ entities: Manifest[] }>(
    (signal) => call('plugins.list', {}, signal),
    'plugins',
  );
  const busy = useSignal(false);
  const failed = useSignal<Error | undefined>(undefined);
  const looked = useSignal<TaskView | undefined>(undefined);
  const all = plugins.value?.entities ?? [];

  async function start(dryRun: boolean): Promise<void> {
    if (chosen === undefined) return;
    busy.value = true;
    failed.value = undefined;
    try {
      const task = await call<TaskView>('imports.start', startRequest(chosen, choices.value, dryRun));
      if (dryRun) {
        looked.value = undefined;
        source.value = chosen;
        look.value = task.id;
      } else {
        source.value = undefined;
        go(`/tasks/${task.id}`);
      }
    } catch (error) {
      failed.value = error as Error;
    } finally {
      busy.value = false;
    }
  }

  useEffect(() => {
    if (atOnce && chosen !== undefined && look.value === undefined) void start(true);
  }, [chosen]);

  return (
    <div class="split right">
      <div>
        {look.value !== undefined ? (
          <Inspection
            key={look.value}
            task={look.value}
            plugins={all}
            usePlugin={(name) => {
              choices.value = { ...choices.value, plugin: name, options: {} };
              void start(true);
            }}
            onTask={(task) => {
              looked.value = task;
            }}
          />
        ) : atOnce && failed.value === undefined ? (
          <Waiting word="Starting" />
        ) : (
          before
        )}
      </div>
      <ImportForm
        source={chosen}
        plugins={all}
        looked={looked.value}
        busy={busy.value}
        failed={failed.value}
        start={(dryRun) => void start(dryRun)}
      />
    </div>
  );
}
