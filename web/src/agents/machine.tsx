/** The machine of an agent: room, memory, load, clock, graphics cards. */
import { FactRow } from '../parts/fact-row.tsx';
import { Table } from '../parts/table.tsx';
import type { Machine } from '../shapes.ts';
import { bytes, count, plural, span, when } from '../words.ts';

const FOLDERS: Record<string, string> = { data: 'Data', upload: 'Upload', temp: 'Temporary files' };
const CLASSES: Record<string, string> = {
  sources: 'Unpacked and downloaded sources',
  results: 'Results of plugins',
  logs: 'Logs and reports',
  journal: 'Journal',
  other: 'Other',
  images: 'Images of plugins (shared layers count with each)',
};
/** Beyond it leases and tokens look older or younger than they are. */
const SKEW_MS = 5_000;

export function MachineFacts({ machine }: { machine: Machine }) {
  const { cpus, load, memory, clock } = machine;
  return (
    <section aria-label="Machine">
      <h2>Machine</h2>
      <dl class="facts narrow">
        <FactRow name="Load">
          {load.map((one) => one.toFixed(2)).join(', ')} over 1, 5 and 15 minutes; {plural(cpus, 'processor')}
        </FactRow>
        <FactRow name="Memory">
          <progress
            aria-label="Memory in use"
            max={Math.max(1, memory.totalBytes)}
            value={memory.totalBytes - memory.availableBytes}
          />{' '}
          {bytes(memory.availableBytes)} free of {bytes(memory.totalBytes)}
        </FactRow>
        {machine.fileSystems.map((one) => (
          <FactRow key={one.holds.join()} name={one.holds.map((role) => FOLDERS[role] ?? role).join(', ')}>
            <progress
              aria-label="Disk in use"
              max={Math.max(1, one.totalBytes)}
              value={one.totalBytes - one.freeBytes}
            />{' '}
            {bytes(one.freeBytes)} free of {bytes(one.totalBytes)}
            {one.freeFiles === null ? '' : `; room for ${count(one.freeFiles)} files`}
          </FactRow>
        ))}
        <FactRow name="Clock">{clock === undefined ? 'not compared yet' : <ClockWord {...clock} />}</FactRow>
      </dl>
    </section>
  );
}

function ClockWord({ skewMs, roundTripMs }: NonNullable<Machine['clock']>) {
  const off = Math.abs(skewMs);
  const way = `; a message and its answer take ${roundTripMs} ms`;
  if (off <= roundTripMs + 1000) return <>agrees with the platform{way}</>;
  return (
    <span class={off > SKEW_MS ? 'why warn' : undefined}>
      {span(off)} {skewMs > 0 ? 'behind' : 'ahead of'} the platform{way}
    </span>
  );
}

export function SpaceTable({ space }: { space: Machine['space'] }) {
  if (space === undefined) return <p class="dim">The agent has not counted its folder yet.</p>;
  const least = space.whole ? '' : 'at least ';
  return (
    <>
      <Table
        label="Disk by class"
        heads={['What', '#Files', '#Size']}
        rows={space.classes.map((one) => [
          one.class,
          CLASSES[one.class] ?? one.class,
          `${least}${count(one.files)}`,
          `${least}${bytes(one.bytes)}`,
        ])}
      />
      <p class="dim">Counted {when(space.countedAt)}, a few times an hour.</p>
    </>
  );
}

export function Gpus({ gpus }: { gpus: Machine['gpus'] }) {
  return (
    <section aria-label="Graphics cards">
      <h2>Graphics cards</h2>
      {gpus.cards.length === 0 ? (
        <p class={gpus.state === 'unknown' ? 'box warn' : 'dim'}>
          None: {gpus.detail ?? 'no card was found'}.
        </p>
      ) : (
        <Table
          label="Graphics cards"
          heads={['Card', '#Memory in use', '#Busy', '#Temperature', 'Driver']}
          rows={gpus.cards.map((card) => [
            String(card.index),
            `${card.index}: ${card.name}`,
            card.memoryTotalBytes === null
              ? '-'
              : `${card.memoryUsedBytes === null ? '?' : bytes(card.memoryUsedBytes)} of ${bytes(card.memoryTotalBytes)}`,
            card.utilization === null ? '-' : `${card.utilization}%`,
            card.temperature === null ? '-' : `${card.temperature} °C`,
            card.driver,
          ])}
        />
      )}
    </section>
  );
}

/** For the card in the list. */
export function gpuWord({ state, cards }: Machine['gpus']): string {
  if (cards.length === 0) return state === 'unknown' ? 'not known' : 'none';
  const busy = cards.flatMap((card) => card.utilization ?? []);
  const names = [...new Set(cards.map((card) => card.name))].join(', ');
  const most = busy.length === 0 ? '' : `, busiest ${Math.max(...busy)}%`;
  return `${cards.length} (${names})${most}`;
}
