/** What this server takes at once, what it keeps and for how long, and how full it is. */
import type { ComponentChildren } from 'preact';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Loading, Problem } from '../parts/bits.tsx';
import { Table } from '../parts/table.tsx';
import { Link } from '../router.tsx';
import { bytes, count, plural } from '../words.ts';
import type { Me } from './accounts.ts';

interface Limits {
  jsonBodyBytes: number;
  filesPerUpload: number;
  itemsPerRequest: number;
  entitiesPerPage: number;
  pathBytes: number;
  nameBytes: number;
  retention: { archiveDays: number };
}

type ClassName = 'items' | 'archivedItems' | 'archives' | 'teamFiles' | 'uploads' | 'pictures' | 'logs';

interface Storage {
  disk: { freeBytes: number; totalBytes: number };
  databaseBytes: number;
  classes: Record<ClassName, { files: number; bytes: number }>;
}

export function Server(props: { me: Me }) {
  const limits = useLoaded<Limits>((signal) => call('instance.limits', {}, signal), 'limits');
  return (
    <>
      <section>
        <h2>Storage</h2>
        {props.me.isAdmin ? (
          <StorageTable archiveDays={limits.value?.retention.archiveDays} />
        ) : (
          <p class="box">How full the disk of this server is, its admins see.</p>
        )}
      </section>
      <section>
        <h2>Limits</h2>
        {limits.error === undefined ? null : <Problem error={limits.error} retry={limits.reload} />}
        {limits.value === undefined ? (
          limits.error === undefined ? (
            <Loading />
          ) : null
        ) : (
          <LimitTable limits={limits.value} />
        )}
      </section>
    </>
  );
}

function StorageTable(props: { archiveDays: number | undefined }) {
  const storage = useLoaded<Storage>((signal) => call('instance.storage', {}, signal), 'storage');
  const found = storage.value;
  if (storage.error !== undefined) return <Problem error={storage.error} retry={storage.reload} />;
  if (found === undefined) return <Loading />;
  const { disk, databaseBytes, classes } = found;
  const rows: readonly (readonly [string, { files: number; bytes: number }, ComponentChildren])[] = [
    ['Items of projects', classes.items, 'until they are removed'],
    ['Removed projects', classes.archivedItems, 'a day, out of sight; then they go for good'],
    [
      'Archives of exports',
      classes.archives,
      <>
        {props.archiveDays === undefined ? '' : `${plural(props.archiveDays, 'day')}, then they expire; `}
        <Link to="/settings/archives">list</Link>
      </>,
    ],
    ['Team files', classes.teamFiles, 'until they are removed'],
    ['Uploads', classes.uploads, 'until they are imported or given up'],
    ['Logs and reports of tasks', classes.logs, 'with their tasks'],
    ['Small pictures for this page', classes.pictures, 'a cache: the longest unused go first'],
  ];
  return (
    <>
      <p>
        <progress
          aria-label="Disk in use"
          max={Math.max(1, disk.totalBytes)}
          value={disk.totalBytes - disk.freeBytes}
        />{' '}
        {bytes(disk.freeBytes)} free of {bytes(disk.totalBytes)}; the database has {bytes(databaseBytes)}.
      </p>
      <Table
        label="Storage by class"
        heads={['What', '#Files', '#Size', 'Kept']}
        rows={rows.map(([what, size, kept]) => [what, what, count(size.files), bytes(size.bytes), kept])}
      />
      <p class="dim">
        Equal bytes are stored once, so the classes may add up to more than the disk has in use.
      </p>
    </>
  );
}

function LimitTable(props: { limits: Limits }) {
  const { limits } = props;
  const rows: readonly (readonly [string, string])[] = [
    ['Archive of an export is kept', plural(limits.retention.archiveDays, 'day')],
    ['JSON of one request', bytes(limits.jsonBodyBytes)],
    ['Files in one upload', count(limits.filesPerUpload)],
    ['Items in one request', count(limits.itemsPerRequest)],
    ['Entities on one page of a list', count(limits.entitiesPerPage)],
    ['Path', `${count(limits.pathBytes)} bytes`],
    ['Name', `${count(limits.nameBytes)} bytes`],
    ['One file', 'any size'],
  ];
  return (
    <Table
      label="Limits"
      heads={['What', '#At most']}
      rows={rows.map(([what, most]) => [what, what, most])}
    />
  );
}
