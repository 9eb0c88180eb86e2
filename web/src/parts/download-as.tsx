/** Formats a project can be exported to; starts the export and goes to its task, where the link appears. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { go } from '../router.tsx';
import type { Manifest, Project, TaskView } from '../shapes.ts';
import { Loading, Problem } from './bits.tsx';
import { type Options, OptionsForm } from './options-form.tsx';

export function DownloadAs(props: { project: Project; close(): void }) {
  const { project, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const plugins = useLoaded<{ entities: Manifest[] }>(
    (signal) => call('plugins.list', {}, signal),
    'plugins',
  );
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [options, setOptions] = useState<Options>({});
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  const [starting, setStarting] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  const exporters = (plugins.value?.entities ?? []).filter(
    (one) => one.actions.includes('export') && one.modalities.some((modality) => modality === project.type),
  );
  const plugin = exporters.find((one) => one.name === chosen);

  async function start(): Promise<void> {
    if (plugin === undefined) return;
    setStarting(true);
    try {
      const task = await call<TaskView>('exports.start', {
        projectId: project.id,
        plugin: plugin.name,
        options,
      });
      go(`/tasks/${task.id}`);
    } catch (error) {
      setFailed(error as Error);
      setStarting(false);
    }
  }

  return (
    <dialog ref={dialog} onClose={close} aria-label="Download as">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <h2>Download {project.name} as ...</h2>
        {plugins.error === undefined ? null : <Problem error={plugins.error} retry={plugins.reload} />}
        {plugins.value === undefined && plugins.error === undefined ? <Loading /> : null}
        {plugins.value !== undefined && exporters.length === 0 ? (
          <p>No agent has a plugin that exports this.</p>
        ) : null}
        <div class="choices" role="radiogroup" aria-label="Format">
          {exporters.map((one) => (
            <label key={one.name} class="choice">
              <input
                type="radio"
                name="format"
                checked={one.name === chosen}
                onChange={() => {
                  setChosen(one.name);
                  setOptions({});
                }}
              />
              <span>
                <b>{one.title}</b>
                <small>{one.description}</small>
              </span>
            </label>
          ))}
        </div>
        {(plugin?.losses ?? []).length === 0 ? null : (
          <div class="box warn">
            <strong>This format cannot carry:</strong>
            <ul>
              {plugin?.losses?.map((loss) => (
                <li key={loss}>{loss}</li>
              ))}
            </ul>
          </div>
        )}
        <OptionsForm schema={plugin?.options?.export} value={options} onChange={setOptions} />
        {failed === undefined ? null : <Problem error={failed} />}
        <div class="bar end">
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <button type="submit" class="primary" disabled={plugin === undefined || starting}>
            Start
          </button>
        </div>
      </form>
    </dialog>
  );
}
