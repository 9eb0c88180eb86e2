#!/usr/bin/env node
/**
 * The import directions of ARCHITECTURE.md, as a table. A file may import its own room and what its room's
 * row names; everything else is listed with file and line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Longest prefix wins. `files` are single files of other rooms that may be imported. */
const ROOMS = [
  { room: 'src/lib', may: [] },
  { room: 'src/protocol', may: ['src/lib'] },
  { room: 'src/format', may: ['src/lib', 'src/protocol'] },
  { room: 'src/plugin-kit', may: ['src/lib', 'src/protocol', 'src/format'] },
  { room: 'plugins', may: ['src/lib', 'src/protocol', 'src/format', 'src/plugin-kit'] },
  ...[
    'intake',
    'journal',
    'link',
    'pipeline',
    'runner',
    'transfer',
    'housekeeping',
    'control',
    'doctor',
    'gateway',
    'machine',
    'support',
  ].map((name) => ({
    room: `src/agent/${name}`,
    may: ['src/lib', 'src/protocol', 'src/format', 'src/agent/ports'],
  })),
  // The composition root and what is only put together there.
  { room: 'src/agent', may: ['src/lib', 'src/protocol', 'src/format', 'src/agent'] },
  ...['api', 'agents', 'store', 'blobs', 'pictures', 'statistics', 'media', 'web'].map((name) => ({
    room: `src/platform/${name}`,
    may: ['src/lib', 'src/protocol', 'src/format', 'src/platform/ports', 'src/platform/store/repositories'],
    files: [
      'src/platform/store/figure-label.ts',
      'src/platform/store/database.ts',
      'src/platform/store/migrations/migration.ts',
      'src/platform/store/tables.ts',
    ],
  })),
  { room: 'src/platform', may: ['src/lib', 'src/protocol', 'src/format', 'src/platform'] },
  {
    room: 'src/cli',
    may: ['src/lib', 'src/protocol'],
    files: ['src/daemon.ts', 'src/agent/control/control-api.ts'],
  },
  { room: 'src/daemon.ts', may: ['src/lib', 'src/agent', 'src/platform'] },
  { room: 'src/main.ts', may: ['src/lib', 'src/cli'] },
];

const isBelow = (path, folder) => path === folder || path.startsWith(`${folder}/`);
/** Exceptions that are part of the design, each with its reason. */
const EXCEPTIONS = new Map([
  // Intake writes the person's report file from the task's own report and log folder.
  ['src/agent/intake', ['src/agent/pipeline/task-folder.ts', 'src/agent/journal/intake-inventory.ts']],
  // The link pumps what the journal and the task logs hold.
  ['src/agent/link', ['src/agent/journal/outbox.ts', 'src/agent/pipeline/task-log.ts']],
]);

function roomOf(path) {
  let best;
  for (const row of ROOMS)
    if (isBelow(path, row.room) && (best === undefined || row.room.length > best.room.length)) best = row;
  return best;
}

function* sources(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!['node_modules', 'fixtures', 'test'].includes(entry.name)) yield* sources(path);
    } else if (/\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name)) yield path;
  }
}

const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;
let wrong = 0;
let count = 0;
for (const folder of ['src', 'plugins']) {
  for (const path of sources(folder)) {
    count++;
    const row = roomOf(path);
    const text = readFileSync(join(root, path), 'utf8');
    for (const match of text.matchAll(IMPORT)) {
      const target = normalize(join(dirname(path), match[1]));
      const line = text.slice(0, match.index).split('\n').length;
      const allowed =
        row !== undefined &&
        (isBelow(target, row.room) ||
          row.may.some((room) => isBelow(target, room)) ||
          (row.files ?? []).includes(target) ||
          (EXCEPTIONS.get(row.room) ?? []).includes(target));
      if (allowed && !crossesPlugins(path, target)) continue;
      wrong++;
      process.stderr.write(`${path}:${line}: ${row?.room ?? 'no room'} may not import ${target}\n`);
    }
  }
}
if (wrong > 0) {
  process.stderr.write(
    `${wrong} imports go the wrong way; ARCHITECTURE.md, "The house", says which are allowed\n`,
  );
  process.exit(1);
}
process.stdout.write(`${count} files, all imports go the right way\n`);

/** A plugin stands alone: another plugin may not be imported. */
function crossesPlugins(path, target) {
  if (!path.startsWith('plugins/') || !target.startsWith('plugins/')) return false;
  return path.split('/')[1] !== target.split('/')[1];
}
