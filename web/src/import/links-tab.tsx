/** Addresses of pictures that stay where they are: pasted or from a file, looked at one by one by the agent. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { call } from '../api.ts';
import { Problem } from '../parts/bits.tsx';
import { bytes, plural } from '../words.ts';
import { choose } from './chosen-source.ts';
import { countLinks } from './link-list.ts';
import type { Unfinished } from './uploads.ts';

const MOST_TYPED = 2 << 20;

export function LinksTab() {
  const text = useSignal('');
  const failed = useSignal<Error | undefined>(undefined);
  const busy = useSignal(false);
  const picker = useRef<HTMLInputElement>(null);
  const { links, other } = countLinks(text.value);

  async function take(file: File): Promise<void> {
    busy.value = true;
    failed.value = undefined;
    try {
      choose(await storeList(file), 'links');
    } catch (error) {
      failed.value = error as Error;
    } finally {
      busy.value = false;
    }
  }

  return (
    <section class="panel links">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void take(new File([text.value], 'links.txt'));
        }}
      >
        <label>
          <span>One address a line; tags may follow behind a semicolon</span>
          <textarea
            rows={10}
            spellcheck={false}
            maxLength={MOST_TYPED}
            placeholder={'https://images.example.org/a.jpg\nhttps://images.example.org/b.png;rain,night'}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        </label>
        {failed.value === undefined ? null : <Problem error={failed.value} />}
        <div class="row">
          <button type="submit" class="primary" disabled={links === 0 || busy.value}>
            Check {links === 0 ? 'the links' : plural(links, 'link')}
          </button>
          <button type="button" disabled={busy.value} onClick={() => picker.current?.click()}>
            From a .txt, .csv or .tsv file
          </button>
          <input
            ref={picker}
            type="file"
            accept=".txt,.csv,.tsv"
            aria-label="File with links"
            hidden
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) void take(file);
            }}
          />
          <span class="dim" role="status">
            {other === 0 ? '' : `${plural(other, 'line')} that ${other === 1 ? 'is' : 'are'} no address`}
          </span>
        </div>
        <small>
          The agent reads the first bytes behind each address. Public addresses only; others must be named in
          its
          <code> link_allow</code>. A list as a file may hold a million lines (up to {bytes(256e6)}).
        </small>
      </form>
    </section>
  );
}

/** A list is an upload of one file, so that it goes the way of all others. */
async function storeList(file: File): Promise<{ kind: 'upload'; id: number; name: string }> {
  const { id, name } = await call<Unfinished>('uploads.begin', {
    name: file.name,
    files: 1,
    bytes: file.size,
  });
  const form = new FormData();
  form.append('upload', file, file.name);
  const response = await fetch('/public/api/v3/images.bulk.upload', {
    method: 'POST',
    headers: { 'x-sly-page': '1' },
    body: form,
  });
  const [stored] = response.ok ? ((await response.json()) as { hash?: string }[]) : [];
  if (stored?.hash === undefined) throw new Error('The list could not be stored.');
  const row = { path: file.name, size: file.size, modifiedAt: file.lastModified, hash: stored.hash };
  await call('uploads.files.put', { id, files: [row] });
  return { kind: 'upload', id, name };
}
