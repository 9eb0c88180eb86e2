/** The whole page takes files: dropped on any view or pasted, they are sent and the import view shows how. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { go, Link } from '../router.tsx';
import { bytes } from '../words.ts';
import { source } from './chosen-source.ts';
import { isActive, sendTransfer, view } from './uploads.ts';

export function DropAnywhere() {
  const over = useSignal(false);
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const listeners: [string, (event: Event) => void][] = [
      [
        'dragenter',
        on((event) => {
          depth++;
          over.value = true;
          event.preventDefault();
        }),
      ],
      [
        'dragleave',
        on(() => {
          depth = Math.max(0, depth - 1);
          if (depth === 0) over.value = false;
        }),
      ],
      ['dragover', on((event) => event.preventDefault())],
      [
        'drop',
        on((event) => {
          event.preventDefault();
          depth = 0;
          over.value = false;
          take(event.dataTransfer);
        }),
      ],
      [
        'paste',
        (event) => {
          const { clipboardData } = event as ClipboardEvent;
          if (clipboardData?.types.includes('Files') !== true) return;
          event.preventDefault();
          take(clipboardData);
        },
      ],
    ];
    function on(work: (event: DragEvent) => void): (event: Event) => void {
      return (event) => {
        if (hasFiles(event as DragEvent)) work(event as DragEvent);
      };
    }
    for (const [name, listener] of listeners) addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) removeEventListener(name, listener);
    };
  }, []);
  if (!over.value) return null;
  return (
    <div class="drop-curtain">
      <div>
        <strong>Drop to upload</strong>
        <span>Folders, files and archives; nothing is imported before you have seen what is in it.</span>
      </div>
    </div>
  );
}

function take(transfer: DataTransfer | null): void {
  if (transfer === null) return;
  void sendTransfer(transfer);
  source.value = undefined;
  go('/import');
}

/** In the header of every view, while bytes are on their way. */
export function UploadChip() {
  const upload = view.value;
  if (upload === undefined || !isActive()) return null;
  const share = upload.bytes === 0 ? 0 : Math.floor((100 * upload.doneBytes) / upload.bytes);
  return (
    <Link to="/import" class="pill busy" title={`${bytes(upload.doneBytes)} of ${bytes(upload.bytes)}`}>
      {upload.phase === 'paused' ? 'Paused' : 'Uploading'} {share}%
    </Link>
  );
}
