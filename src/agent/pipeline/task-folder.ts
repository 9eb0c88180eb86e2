/** Where an attempt keeps its files. `sly` is what the plugin sees as /sly_task_data. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

export interface TaskFolder {
  root: string;
  /** Unpacked archives and staged files. */
  work: string;
  sly: string;
  results: string;
  segments: string;
  /** The copy of a script that runs, and where the gateway to the platform listens for it. */
  script: string;
  gateway: string;
  /** Our own data/ for exports and browser uploads. */
  data: string;
  /** The source as it was opened, one file a line. */
  tree: string;
  /** Exports: says that the project is laid out in `data`. */
  project: string;
  /** What the detector said. */
  detection: string;
  /** Dry run: items to look at. */
  preview: string;
  /** What became of each file, one file a published segment. */
  outcomes: string;
  log: string;
  report: string;
  /** What the last run of the plugin was and used. */
  run: string;
}

export function taskFolder(tasksRoot: string, key: string, attempt: number): TaskFolder {
  const root = path.join(tasksRoot, key, String(attempt));
  const sly = path.join(root, 'sly_task_data');
  return {
    root,
    work: path.join(root, 'work'),
    sly,
    results: path.join(sly, 'results'),
    segments: path.join(sly, 'results', 'segments'),
    script: path.join(sly, 'script'),
    gateway: path.join(sly, 'gateway'),
    data: path.join(sly, 'data'),
    tree: path.join(root, 'tree.ndjson'),
    project: path.join(root, 'project.json'),
    detection: path.join(root, 'detection.json'),
    preview: path.join(root, 'preview.json'),
    outcomes: path.join(root, 'outcomes'),
    log: path.join(root, 'log.ndjson'),
    report: path.join(root, 'report.ndjson'),
    run: path.join(root, 'run.json'),
  };
}

export function makeTaskFolder(folder: TaskFolder): void {
  for (const dir of [folder.sly, folder.outcomes]) mkdirSync(dir, { recursive: true });
}

/** What the plugin wrote goes, so that another run starts from nothing. */
export function clearResults(folder: TaskFolder): void {
  for (const dir of [folder.results, folder.outcomes]) {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
  }
}

/** What nobody needs of an ended attempt: all but log and report. */
export function leftoversOf(folder: TaskFolder): string[] {
  const { work, sly, tree, project, detection, preview, outcomes } = folder;
  return [work, sly, tree, project, detection, preview, outcomes].filter(existsSync);
}

/** Bytes go, log and report stay for who asks later. True when there was something to take away. */
export function shrinkTaskFolder(folder: TaskFolder): boolean {
  const left = leftoversOf(folder);
  for (const gone of left) rmSync(gone, { recursive: true, force: true });
  return left.length > 0;
}
