/** Files from this computer: a place to drop them, their way to the server, and what was left unfinished. */
import { useEffect, useRef } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import { bytes, plural, span } from '../words.ts';
import { choose } from './chosen-source.ts';
import { haveHandles, keptHandles } from './kept-handles.ts';
import { pickedOfHandles } from './picked.ts';
import { SampleButton } from './sample-button.tsx';
import { UploadPanel } from './upload-panel.tsx';
import {
  close,
  problem,
  reading,
  sendInput,
  sendPicked,
  type Unfinished,
  unfinished,
  view,
} from './uploads.ts';

export function BrowserTab() {
  const upload = view.value;
  useEffect(() => {
    if (upload?.phase !== 'landed') return;
    choose({ kind: 'upload', id: upload.id, name: upload.name });
    close();
  }, [upload?.phase]);
  const idle = upload === undefined || upload.phase === 'canceled';
  return (
    <>
      {problem.value === undefined ? null : <Problem error={problem.value} />}
      {idle ? <DropPlace /> : <UploadPanel upload={upload} />}
      {idle ? <UnfinishedList /> : null}
    </>
  );
}

function DropPlace() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  useEffect(() => folder.current?.setAttribute('webkitdirectory', ''), []);
  const onChange = (event: { currentTarget: HTMLInputElement }): void => {
    void sendInput(event.currentTarget.files);
  };
  return (
    <section class="drop-place" aria-busy={reading.value}>
      <strong>{reading.value ? 'Reading the folder ...' : 'Drop a folder, files or an archive'}</strong>
      <p>
        Anywhere on this page. COCO, YOLO, Pascal VOC, Supervisely, CVAT, masks and more are recognised; you
        see what is in it before anything is imported.
      </p>
      <p class="row">
        <button type="button" class="primary" onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
        <button type="button" onClick={() => files.current?.click()}>
          Choose files
        </button>
        <SampleButton />
      </p>
      <input ref={folder} type="file" aria-label="Folder to upload" hidden onChange={onChange} />
      <input ref={files} type="file" aria-label="Files to upload" multiple hidden onChange={onChange} />
      <small>
        Up to about 100,000 files at once; pack more into a zip or tar. Large uploads go on after a reload or
        a lost connection.
      </small>
    </section>
  );
}

function UnfinishedList() {
  const list = useLoaded<{ uploads: Unfinished[]; handles: ReadonlySet<number> }>(
    async (signal) => ({ uploads: await unfinished(signal), handles: await haveHandles() }),
    'unfinished',
  );
  const uploads = list.value?.uploads ?? [];
  if (uploads.length === 0) return null;
  return (
    <section class="unfinished">
      <h2>Not finished yet</h2>
      <ul class="files">
        {uploads.map((one) => (
          <UnfinishedRow
            key={one.id}
            upload={one}
            handles={list.value?.handles.has(one.id) === true}
            reload={list.reload}
          />
        ))}
      </ul>
    </section>
  );
}

function UnfinishedRow(props: { upload: Unfinished; handles: boolean; reload(): void }) {
  const { upload, handles, reload } = props;
  const whole = upload.files >= upload.expectedFiles;
  async function goOn(): Promise<void> {
    const kept = await keptHandles(upload.id);
    if (kept === undefined) problem.value = new Error(`Drop ${upload.name} on the page again to go on.`);
    else await sendPicked(await pickedOfHandles(kept));
  }
  return (
    <li>
      <span class="what">
        <b>{upload.name}</b>
        <small>
          {whole
            ? `${plural(upload.files, 'file')}, ${bytes(upload.bytes)}; all here, not imported`
            : `${plural(upload.files, 'file')} of ${upload.expectedFiles.toLocaleString('en-US')}, ${bytes(upload.bytes + upload.partialBytes)} of ${bytes(upload.expectedBytes)} are here`}
          {' - kept for '}
          {span(Date.parse(upload.expiresAt) - now.value).replace(/ \d+ (min|s)$/, '')}
        </small>
        {whole ? null : <small>Drop it on the page again: only the missing bytes are sent.</small>}
      </span>
      {whole ? (
        <button
          type="button"
          onClick={() => choose({ kind: 'upload', id: upload.id, name: upload.name })}
          aria-label={`Continue with ${upload.name}`}
        >
          Continue
        </button>
      ) : handles ? (
        <button type="button" onClick={() => void goOn()} aria-label={`Resume ${upload.name}`}>
          Resume
        </button>
      ) : null}
      <button
        type="button"
        class="danger"
        aria-label={`Remove ${upload.name}`}
        onClick={() => void call('uploads.remove', { id: upload.id }).then(reload)}
      >
        Remove
      </button>
    </li>
  );
}
