/** What separates plugins from the machine of an agent, and what does not. */
import { Pill } from '../parts/bits.tsx';
import { Table } from '../parts/table.tsx';
import type { Machine } from '../shapes.ts';

export function IsolationFacts(props: { summary: string; isolation: Machine['isolation'] }) {
  const { engine, facts } = props.isolation;
  return (
    <section aria-label="Isolation">
      <h2>Isolation in force</h2>
      <p>{props.summary}</p>
      {engine === undefined ? null : <p class="dim">{engineWord(engine)}</p>}
      <Table
        label="What a plugin gets"
        heads={['A plugin gets', 'How much', '']}
        rows={facts.map((fact) => [
          fact.name,
          fact.name,
          fact.value,
          fact.enforced ? <Pill tone="good">enforced</Pill> : <Pill tone="warn">not enforced here</Pill>,
        ])}
      />
      <p class="dim">
        These are the most any plugin may have; a manifest may ask for less. "Doctor" below proves them from
        inside.
      </p>
    </section>
  );
}

function engineWord(engine: NonNullable<Machine['isolation']['engine']>): string {
  const yes = [
    engine.rootless ? 'rootless' : 'not rootless',
    engine.userns ? 'user namespaces' : 'no user namespaces',
    engine.seccomp === null ? 'no seccomp' : `seccomp profile ${engine.seccomp}`,
    engine.apparmor ? 'AppArmor' : engine.selinux ? 'SELinux' : 'neither AppArmor nor SELinux',
  ];
  const missing = engine.missing.length === 0 ? '' : `; it cannot limit ${engine.missing.join(', ')} here`;
  return `${engine.name} ${engine.version}: ${yes.join(', ')}${missing}.`;
}
