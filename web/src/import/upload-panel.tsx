/** An upload on its way: how far, how fast, how long still, each file, and what a person can do. */
import { useSignal } from '@preact/signals';
import { Pill } from '../parts/bits.tsx';
import { bytes, count, plural, span } from '../words.ts';
import { LiveWord } from './live-word.tsx';
import { CAN_CHECK } from './send-group.ts';
import type { FileState, Phase, UploadView } from './upload-engine.ts';
import { close, engine, problem } from './uploads.ts';

const TITLES: Record<Phase, string> = {
  looking: 'Looking what is there already',
  sending: 'Uploading',
  paused: 'Paused',
  checking: 'Checking',
  landed: 'Uploaded',
  failed: 'Not everything could be uploaded',
  canceled: 'Canceled',
};

export function UploadPanel(props: { upload: UploadView }) {
  const { upload } = props;
  const share = upload.bytes === 0 ? 1 : upload.doneBytes / upload.bytes;
  const percent = Math.floor(100 * share);
  return (
    <section class="panel upload-panel">
      <div class="bar">
        <h2>
          {TITLES[upload.phase]} <span class="path">{upload.name}</span>
        </h2>
        <span class="grow" />
        <Actions upload={upload} />
      </div>
      <progress value={share} max={1} aria-label={`Upload of ${upload.name}`} />
      <dl class="upload-facts">
        <Fact term="Sent" value={`${bytes(upload.doneBytes)} of ${bytes(upload.bytes)}`} />
        <Fact term="Files" value={`${count(upload.doneFiles)} of ${count(upload.files)}`} />
        <Fact term="Speed" value={upload.rate === undefined ? '-' : `${bytes(upload.rate)}/s`} />
        <Fact term="Time left" value={upload.leftMs === undefined ? '-' : span(upload.leftMs)} />
      </dl>
      <p class="why">{noteOf(upload)}</p>
      {upload.trouble === undefined ? null : <p class="why warn">{upload.trouble}</p>}
      <FileRows upload={upload} />
      <LiveWord text={`${TITLES[upload.phase]}, ${percent - (percent % 10)} percent`} />
    </section>
  );
}

function noteOf(upload: UploadView): string {
  const known = upload.knownFiles === 0 ? '' : `${plural(upload.knownFiles, 'file')} were there already. `;
  const checked = CAN_CHECK ? 'Every chunk is checked by its SHA-256. ' : '';
  switch (upload.phase) {
    case 'paused':
      return `${known}What has arrived is kept for three days, also when you close this tab.`;
    case 'checking':
      return `${known}All bytes are here. You may close this tab: the server does the rest.`;
    case 'failed':
      return `${plural(upload.failedFiles, 'file')} could not be sent. The others are kept for three days.`;
    default:
      return `${known}${checked}Keep this tab open until all bytes are there; other views of this page may be used.`;
  }
}

function Fact(props: { term: string; value: string }) {
  return (
    <div>
      <dt>{props.term}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

function Actions(props: { upload: UploadView }) {
  const { phase } = props.upload;
  const cancel = (): void => {
    engine.value
      ?.cancel()
      .then(close)
      .catch((error: Error) => {
        problem.value = error;
      });
  };
  return (
    <>
      {phase === 'paused' ? (
        <button type="button" class="primary" onClick={() => engine.value?.resume()}>
          Resume
        </button>
      ) : phase === 'failed' ? (
        <button type="button" class="primary" onClick={() => engine.value?.retry()}>
          Try again
        </button>
      ) : (
        <button type="button" disabled={phase === 'checking'} onClick={() => engine.value?.pause()}>
          Pause
        </button>
      )}
      <button type="button" class="danger" onClick={cancel}>
        Cancel
      </button>
    </>
  );
}

const ROW_PX = 34;
const SHOWN = 10;
const STATE_WORDS: Record<FileState, [string, string]> = {
  waiting: ['waiting', 'quiet'],
  sending: ['sending', 'busy'],
  done: ['done', 'good'],
  known: ['was there', 'good'],
  failed: ['failed', 'bad'],
};

/** Only the rows that can be seen exist, however many files there are. */
function FileRows(props: { upload: UploadView }) {
  const { files } = props.upload;
  const top = useSignal(0);
  const from = Math.max(0, Math.floor(top.value / ROW_PX) - 3);
  const rows = engine.value?.rows(from, from + SHOWN + 6) ?? [];
  const height = Math.min(files, SHOWN) * ROW_PX;
  return (
    <section
      class="upload-rows"
      aria-label="Files"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      style={{ height: `${height}px` }}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
    >
      <ul style={{ height: `${files * ROW_PX}px` }}>
        {rows.map((row, at) => (
          <li key={from + at} style={{ top: `${(from + at) * ROW_PX}px` }}>
            <span class="path" title={row.problem ?? row.path}>
              {row.path}
            </span>
            <span class="dim number">
              {row.state === 'sending' && row.received > 0 ? `${bytes(row.received)} of ` : ''}
              {bytes(row.size)}
            </span>
            <Pill tone={STATE_WORDS[row.state][1]} {...(row.problem !== undefined && { title: row.problem })}>
              {STATE_WORDS[row.state][0]}
            </Pill>
          </li>
        ))}
      </ul>
    </section>
  );
}
