/** What this server and its agents keep, for how long and why, and what the next clean-up takes. */
import { useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import { Shown } from '../parts/shown.tsx';
import { Table } from '../parts/table.tsx';
import { Link } from '../router.tsx';
import type { Agent, CleanUpPlan, GarbagePreview, Page, RetentionTable } from '../shapes.ts';
import { ago, bytes, plural, span, until, when } from '../words.ts';
import { isAdminOf, isManagerOf, type Me } from './accounts.ts';

const DAY_MS = 86_400_000;

export function Retention({ me }: { me: Me }) {
  const server = useLoaded<RetentionTable>((signal) => call('instance.retention', {}, signal), 'retention');
  const agents = useLoaded<Page<Agent>>((signal) => call('agents.list', {}, signal), 'agents');
  return (
    <>
      <section aria-label="This server">
        <h2>This server</h2>
        <Shown loaded={server}>{(table) => <Kept table={table} label="This server keeps" />}</Shown>
        {me.isAdmin ? (
          <DryRun
            label="Dry run of this server"
            ask={async () => previewWord(await call<GarbagePreview>('instance.retention.preview'))}
          />
        ) : null}
      </section>
      <Shown loaded={agents}>
        {({ entities }) =>
          entities
            .filter((agent) => isManagerOf(me, agent.teamId))
            .map((agent) => <OfAgent key={agent.id} agent={agent} isAdmin={isAdminOf(me, agent.teamId)} />)
        }
      </Shown>
    </>
  );
}

function OfAgent({ agent, isAdmin }: { agent: Agent; isAdmin: boolean }) {
  const { id, name, connected } = agent;
  return (
    <section aria-label={`Agent ${name}`}>
      <h2>Agent {name}</h2>
      {connected ? (
        <AgentTable id={id} name={name} isAdmin={isAdmin} />
      ) : (
        <p class="dim">It is not connected; what it keeps it tells itself.</p>
      )}
    </section>
  );
}

function AgentTable(props: { id: number; name: string; isAdmin: boolean }) {
  const { id, name } = props;
  const kept = useLoaded<RetentionTable>((signal) => call('agents.retention', { id }, signal), `kept ${id}`);
  return (
    <Shown loaded={kept}>
      {(table) => (
        <>
          <Kept table={table} label={`Agent ${name} keeps`} />
          {props.isAdmin ? (
            <>
              <DryRun label={`Dry run of agent ${name}`} ask={() => askAgent(id, table)} />
              <p>
                <Link to={`/agents/${id}`}>Clean-up on its page</Link> shows what can go before its time, and
                why the rest stays.
              </p>
            </>
          ) : null}
        </>
      )}
    </Shown>
  );
}

function Kept({ table, label }: { table: RetentionTable; label: string }) {
  const { lastAt, lastRemoved, nextAt } = table;
  return (
    <>
      <Table
        label={label}
        heads={['What', 'Kept', 'Why', 'Set by']}
        rows={table.rows.map((row) => [
          row.what,
          row.what,
          row.keptMs === null ? row.until : `${howLong(row.keptMs)} ${row.until}`,
          row.why,
          row.setting === null ? (
            <span class="dim">fixed</span>
          ) : (
            <>
              <code>{row.setting.name}</code> ({row.setting.origin})
            </>
          ),
        ])}
      />
      <p class="dim">
        {lastAt === null ? 'No clean-up yet' : `Last clean-up ${ago(lastAt, now.value)}`}
        {lastRemoved === null ? '' : `: ${plural(lastRemoved, 'thing')} removed`}
        {nextAt === null ? '.' : <span title={when(nextAt)}>; the next one {until(nextAt, now.value)}.</span>}
      </p>
    </>
  );
}

/** What a clean-up right now would take, in words; nothing is removed. */
function DryRun(props: { label: string; ask(): Promise<string> }) {
  const act = useAction();
  const [found, setFound] = useState('');
  return (
    <>
      {act.error === undefined ? null : <Problem error={act.error} />}
      <div class="bar">
        <button
          type="button"
          disabled={act.busy}
          aria-label={props.label}
          onClick={() => void act.run(async () => setFound(await props.ask()))}
        >
          Dry run
        </button>
        <span aria-live="polite">{found}</span>
      </div>
    </>
  );
}

/** The next round of the agent takes what is older than its settings say. */
async function askAgent(id: number, table: RetentionTable): Promise<string> {
  const days = table.rows.flatMap((row) => (row.keptMs === null ? [] : [row.keptMs / DAY_MS]));
  const logDays = Math.ceil(Math.max(1, ...days));
  const { items, more } = await call<CleanUpPlan>('agents.clean-up.look', { id, logDays });
  if (items.length === 0) return NOTHING;
  const size = bytes(items.reduce((sum, item) => sum + item.bytes, 0));
  return `${WOULD} ${more ? 'more than ' : ''}${plural(items.length, 'thing')}, ${size}.`;
}

const WOULD = 'A clean-up right now would remove';
const NOTHING = `${WOULD} nothing.`;

function previewWord({ archives, archived, blobs, more }: GarbagePreview): string {
  if (archives + archived + blobs === 0) return NOTHING;
  const parts = [
    archives === 0 ? [] : [plural(archives, 'archive')],
    archived === 0 ? [] : [plural(archived, 'removed project or dataset', 'removed projects and datasets')],
    blobs === 0 ? [] : [`${more ? 'more than ' : ''}${plural(blobs, 'file')} that nothing names`],
  ];
  return `${WOULD} ${parts.flat().join(', ')}.`;
}

function howLong(ms: number): string {
  return ms % DAY_MS === 0 ? plural(ms / DAY_MS, 'day') : span(ms);
}
