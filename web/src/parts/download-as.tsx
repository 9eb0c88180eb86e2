/**
 * "Download as ...": choose a format or a script and what of the project, see it run, get the archive; all in one
 * place. "Run a script" is the same with the scripts that are no downloads.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Plugin } from '../agents/plugin.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { ExportProgress } from '../projects/download/export-progress.tsx';
import { FormatChoice } from '../projects/download/format-choice.tsx';
import { ScriptHint } from '../projects/download/script-hint.tsx';
import { WhichDatasets } from '../projects/download/which-datasets.tsx';
import type { Dataset, Project, TaskView } from '../shapes.ts';
import { bytes, plural } from '../words.ts';
import { Loading, Problem } from './bits.tsx';
import { type Options, OptionsForm } from './options-form.tsx';

export function DownloadAs(props: {
  project: Project;
  datasets: readonly Dataset[];
  what: 'download' | 'run';
  close(): void;
}) {
  const { project, datasets, what, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const plugins = useLoaded<{ entities: Plugin[] }>((signal) => call('plugins.list', {}, signal), 'plugins');
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [options, setOptions] = useState<Options>({});
  /** Undefined = all of them. */
  const [wanted, setWanted] = useState<ReadonlySet<number> | undefined>(undefined);
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  const [starting, setStarting] = useState(false);
  const [task, setTask] = useState<TaskView | undefined>(undefined);
  useEffect(() => dialog.current?.showModal(), []);

  const isRun = what === 'run';
  const exporters = (plugins.value?.entities ?? []).filter(
    (one) =>
      one.actions.includes('export') &&
      one.modalities.some((modality) => modality === project.type) &&
      (one.script?.download === false) === isRun,
  );
  const plugin = exporters.find((one) => one.name === chosen);
  const picked = wanted === undefined ? undefined : datasets.filter((one) => wanted.has(one.id));
  const estimate = {
    items: picked?.reduce((sum, one) => sum + one.itemsCount, 0) ?? project.itemsCount,
    size: picked?.reduce((sum, one) => sum + one.size, 0) ?? project.size,
  };

  async function start(): Promise<void> {
    if (plugin === undefined) return;
    setStarting(true);
    setFailed(undefined);
    try {
      setTask(
        await call<TaskView>('exports.start', {
          projectId: project.id,
          plugin: plugin.name,
          options,
          ...(picked === undefined ? {} : { datasetIds: picked.map((one) => one.id) }),
        }),
      );
    } catch (error) {
      setFailed(error as Error);
    }
    setStarting(false);
  }

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="download-title" class="download">
      <h2 id="download-title">
        {isRun ? 'Run' : `Download ${project.name} as`}{' '}
        {task === undefined ? (isRun ? 'a script' : '...') : (plugin?.title ?? '...')}
        {isRun ? ` on ${project.name}` : ''}
      </h2>
      {task === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          {plugins.error === undefined ? null : <Problem error={plugins.error} retry={plugins.reload} />}
          {plugins.value === undefined && plugins.error === undefined ? <Loading /> : null}
          {plugins.value !== undefined && exporters.length === 0 && !isRun ? (
            <p>
              No agent has a plugin that exports this. An agent brings its plugins along: see the Agents page
              whether one is online.
            </p>
          ) : null}
          <FormatChoice
            exporters={exporters}
            chosen={chosen}
            choose={(name) => {
              setChosen(name);
              setOptions({});
            }}
          />
          {plugin === undefined || (plugin.losses ?? []).length === 0 ? null : (
            <div class="box warn">
              <strong>This format cannot carry:</strong>
              <ul>
                {plugin.losses?.map((loss) => (
                  <li key={loss}>{loss}</li>
                ))}
              </ul>
            </div>
          )}
          {plugins.value === undefined ? null : isRun ? (
            <ScriptHint>
              {exporters.length === 0 ? 'There is no script to run yet. ' : ''}A Python script put into the
              scripts folder of an agent can be run on every project.
            </ScriptHint>
          ) : exporters.some((one) => one.script !== null) ? null : (
            <details>
              <summary>A format of your own</summary>
              <ScriptHint>
                A Python script with the word Download in its name, put into the scripts folder of an agent,
                is listed here.
              </ScriptHint>
            </details>
          )}
          <OptionsForm schema={plugin?.options?.export} value={options} onChange={setOptions} />
          {datasets.length < 2 ? null : (
            <WhichDatasets datasets={datasets} wanted={wanted} onWanted={setWanted} />
          )}
          {failed === undefined ? null : <Problem error={failed} />}
          <div class="bar end">
            <span class="dim" role="status">
              {plural(estimate.items, 'item')}, about {bytes(estimate.size)}
            </span>
            <span class="grow" />
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
            <button
              type="submit"
              class="primary"
              disabled={plugin === undefined || starting || picked?.length === 0}
            >
              Start
            </button>
          </div>
        </form>
      ) : (
        <ExportProgress
          started={task}
          again={() => setTask(undefined)}
          close={() => dialog.current?.close()}
        />
      )}
    </dialog>
  );
}
