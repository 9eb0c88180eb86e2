/** A finished archive: the link, what it must hash to, how long it is kept, and how to get it from a terminal. */
import { useState } from 'preact/hooks';
import { call } from '../../api.ts';
import { useLoaded } from '../../loaded.ts';
import { Problem } from '../../parts/bits.tsx';
import { CopyText } from '../../parts/copy-text.tsx';
import type { TaskView } from '../../shapes.ts';
import { bytes, count, when } from '../../words.ts';

interface Archive {
  name: string;
  size: number;
  sha256: string;
  files: number;
  expiresAt: string;
}

interface SignedLink {
  url: string;
  expiresAt: string;
  curl: string;
}

export function ArchiveReady(props: { result: NonNullable<TaskView['result']> }) {
  const { archiveId, link, size = 0, counts } = props.result;
  const archive = useLoaded<Archive | undefined>(
    async (signal) =>
      archiveId === undefined ? undefined : call('archives.info', { id: archiveId }, signal),
    `archive ${archiveId}`,
  );
  const [signed, setSigned] = useState<SignedLink | undefined>(undefined);
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  const found = archive.value;
  if (link === undefined) return null;
  const name = found?.name ?? link.split('/').at(-1) ?? 'archive';
  return (
    <div class="archive">
      <p>
        <a class="button primary" href={link} download={name}>
          Download {bytes(size)}
        </a>
      </p>
      <dl class="facts narrow">
        <div>
          <dt>Archive</dt>
          <dd>{name}</dd>
        </div>
        <div>
          <dt>Holds</dt>
          <dd>
            {count(counts.items)} items{found === undefined ? '' : ` in ${count(found.files)} files`}
          </dd>
        </div>
        {found === undefined ? null : (
          <>
            <div>
              <dt>SHA-256</dt>
              <dd>
                <code>{found.sha256}</code>
              </dd>
            </div>
            <div>
              <dt>Kept until</dt>
              <dd>{when(found.expiresAt)}</dd>
            </div>
          </>
        )}
      </dl>
      <p class="dim">
        From a terminal, with an API token in <code>SLY_TOKEN</code>. Run again after a broken connection, it
        goes on where it stopped:
      </p>
      <CopyText text={curlOf(new URL(link, location.href).href, name)} label="Copy the command" />
      {archiveId === undefined ? null : signed === undefined ? (
        <button
          type="button"
          class="plain"
          onClick={() => void call<SignedLink>('archives.link', { id: archiveId }).then(setSigned, setFailed)}
        >
          Make a link that needs no token
        </button>
      ) : (
        <>
          <p class="dim">
            Whoever has this link can download this one archive until {when(signed.expiresAt)}:
          </p>
          <CopyText text={signed.curl} label="Copy the command with the link" />
        </>
      )}
      {failed === undefined ? null : <Problem error={failed} />}
    </div>
  );
}

/** Quoted for a shell, where a quote ends the quoting. */
function curlOf(url: string, name: string): string {
  return `curl -f -C - -H "x-api-key: $SLY_TOKEN" -o '${name.replaceAll("'", `'\\''`)}' '${url.replaceAll("'", '%27')}'`;
}
