/** What an import reads: `intake/` is behind it. */
import type { FailureInfo } from '../../lib/errors.ts';
import type { Detection } from '../../protocol/plugin.ts';
import type { Progress, ReportLine } from '../../protocol/task.ts';

export interface SourceFile {
  /** Relative to the source root, `/` separated, exactly as on disk. A source that is one file: its name. */
  path: string;
  size: number;
  mtimeNs: bigint;
  inode: bigint;
}

export interface SourceTree {
  /** Absolute folder that is mounted as `data/`; for an archive the folder it was unpacked to. */
  root: string;
  files: SourceFile[];
  /** Files left out on purpose (temp names, junk) or refused (links, devices, bad names). */
  refused: ReportLine[];
}

export interface SourceOpener {
  /**
   * Makes `data/` ready: scans a folder; unpacks an archive into `workFolder` (which may hold a half-done
   * earlier try and is then emptied first); stages a loose file. Originals are never changed.
   */
  open(
    source: OpenSource,
    options: { workFolder: string; signal: AbortSignal; onProgress(p: Progress): void },
  ): Promise<SourceTree>;
}

export type OpenSource = { kind: 'path'; path: string } | { kind: 'files'; root: string };

/** What a source would be imported as. */
export interface Inspection {
  path: string;
  files: number;
  bytes: number;
  /** Files that are left out before any plugin sees them, with the reason. */
  refused: readonly ReportLine[];
  detection: Detection;
  /** The format an import would use; absent when it would ask. */
  plugin?: string;
  /** Why it would ask: no format fits, or several do. */
  question?: FailureInfo;
}
