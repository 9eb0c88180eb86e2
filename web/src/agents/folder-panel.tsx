/** The watched folder of an agent: how it is watched, what settles, what is ignored and why, what failed. */
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, Pill, Problem } from '../parts/bits.tsx';
import { CopyText } from '../parts/copy-text.tsx';
import { FactRow } from '../parts/fact-row.tsx';
import { Shown } from '../parts/shown.tsx';
import { Table } from '../parts/table.tsx';
import type { FolderState } from '../shapes.ts';
import { ago, bytes, count, until, when } from '../words.ts';
import { useEvery } from './use-every.ts';

const LOOK_AGAIN_MS = 3000;
const MODES: Record<FolderState['mode'], readonly [tone: string, word: string]> = {
  watching: ['good', 'Watching: changes are seen at once'],
  'scanning-only': ['warn', 'Polling only'],
  stopped: ['quiet', 'Stopped'],
  unreadable: ['bad', 'Cannot be read'],
};

export function FolderPanel({ id }: { id: number }) {
  const state = useLoaded<FolderState>(
    (signal) => call('agents.upload-folder.info', { id }, signal),
    `folder ${id}`,
  );
  useEvery(LOOK_AGAIN_MS, state.reload);
  return (
    <section aria-label="Watched folder">
      <h2>Watched folder</h2>
      <Shown loaded={state}>{(folder) => <Panel id={id} folder={folder} reload={state.reload} />}</Shown>
    </section>
  );
}

function Panel(props: { id: number; folder: FolderState; reload(): void }) {
  const { folder } = props;
  const [tone, word] = MODES[folder.mode];
  const { settling, ignored, failed } = folder;
  const isUnreliable = folder.mode === 'watching' && folder.remote !== undefined;
  return (
    <>
      <dl class="facts narrow">
        <FactRow name="Path">
          <CopyText text={folder.path} label="Copy the path" />
        </FactRow>
        <FactRow name="Mode">
          {isUnreliable ? (
            <>
              <Pill tone="warn">Unreliable mount: {folder.remote}</Pill> What other machines write is seen
              with the next full scan.
            </>
          ) : (
            <Pill tone={tone}>{word}</Pill>
          )}{' '}
          {folder.detail ?? ''}
        </FactRow>
        <FactRow name="Last full scan">
          <span title={folder.lastScanAt === null ? undefined : when(folder.lastScanAt)}>
            {ago(folder.lastScanAt, now.value)}
          </span>
          ; every {folder.scanSeconds} s at most
        </FactRow>
        <FactRow name="Sources">{count(folder.sources)}</FactRow>
      </dl>
      {folder.sources + ignored.total === 0 ? (
        <Empty title="Nothing lies in it">
          <p>
            Copy a folder, an archive (zip, tar) or a file into it on the agent's machine. When it has not
            changed for {folder.settleSeconds} s it becomes a task, and what came of it is written to{' '}
            <code>.sly</code> beside it.
          </p>
        </Empty>
      ) : null}
      {settling.total === 0 ? null : (
        <>
          <h3>Settling: {count(settling.total)}</h3>
          <Table
            label="Settling"
            heads={['Source', 'Waits for', 'Looked at again', '#Files', '#Size']}
            rows={settling.shown.map((one) => [
              one.name,
              one.name,
              one.waitsFor,
              one.dueAt === null ? 'with the next full scan' : until(one.dueAt, now.value),
              count(one.files),
              bytes(one.bytes),
            ])}
          />
        </>
      )}
      {failed.total === 0 ? null : <Failed {...props} failed={failed} />}
      {ignored.total === 0 ? null : (
        <details>
          <summary>Ignored: {count(ignored.total)}</summary>
          <Table
            label="Ignored"
            heads={['Entry', 'Rule', 'What to do']}
            rows={ignored.shown.map((one) => [one.name, one.name, one.reason, one.hint])}
          />
        </details>
      )}
      {[settling, ignored, failed].some((list) => list.total > list.shown.length) ? (
        <p class="dim">Of each list the first 100 are shown.</p>
      ) : null}
    </>
  );
}

function Failed(props: { id: number; failed: FolderState['failed']; reload(): void }) {
  const act = useAction();
  const retry = (name: string) =>
    void act.run(() => call('agents.upload-folder.retry', { id: props.id, name })).then(props.reload);
  return (
    <>
      <h3>Did not make it: {count(props.failed.total)}</h3>
      {act.error === undefined ? null : <Problem error={act.error} />}
      <Table
        label="Did not make it"
        heads={['Source', 'Why', '']}
        rows={props.failed.shown.map((one) => [
          one.name,
          one.name,
          <>
            {one.state === 'canceled' ? 'Canceled. ' : ''}
            {one.detail}
            {one.hint === undefined ? null : <span class="advice">{one.hint}</span>}
          </>,
          <button
            key="retry"
            type="button"
            disabled={act.busy}
            aria-label={`Try ${one.name} again`}
            onClick={() => retry(one.name)}
          >
            Try again
          </button>,
        ])}
      />
    </>
  );
}
