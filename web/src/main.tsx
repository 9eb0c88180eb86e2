/** The page: header, the view the address names, or the way to log in. */
import { render } from 'preact';
import { AgentsChip } from './agents/agents-chip.tsx';
import { call, logOut, session } from './api.ts';
import { liveness } from './events.ts';
import { DropAnywhere, UploadChip } from './import/drop-anywhere.tsx';
import { Empty, Pill } from './parts/bits.tsx';
import { ItemView } from './projects/item-view.tsx';
import { isSection } from './projects/modality.ts';
import { address, go, Link } from './router.tsx';
import { useTabTitle } from './tasks/tab-title.ts';
import { Toasts } from './tasks/toasts.tsx';
import { AgentView } from './views/agent.tsx';
import { AgentsView } from './views/agents.tsx';
import { ImportView } from './views/import.tsx';
import { LoginView } from './views/login.tsx';
import { PluginsView } from './views/plugins.tsx';
import { ProjectView } from './views/project.tsx';
import { ProjectsView } from './views/projects.tsx';
import { SettingsView } from './views/settings.tsx';
import { TaskDetail } from './views/task.tsx';
import { TasksView } from './views/tasks.tsx';

const NAV = [
  ['/tasks', 'Tasks'],
  ['/projects', 'Projects'],
  ['/import', 'Import'],
  ['/agents', 'Agents'],
  ['/plugins', 'Plugins'],
  ['/settings', 'Settings'],
] as const;

function App() {
  if (session.value === 'unknown') return null;
  if (session.value === 'out') return <LoginView />;
  return <Inside />;
}

function Inside() {
  useTabTitle();
  return (
    <>
      <header>
        <Link to="/tasks" class="brand">
          <img src="/assets/icon.svg" alt="" width={22} height={22} /> sly-agent
        </Link>
        <nav aria-label="Main">
          {NAV.map(([to, word]) => (
            <Link key={to} to={to} current={address.value === to || address.value.startsWith(`${to}/`)}>
              {word}
            </Link>
          ))}
        </nav>
        <span class="grow" />
        <UploadChip />
        <AgentsChip />
        <Live />
        <button type="button" class="plain" onClick={() => void logOut()}>
          Log out
        </button>
      </header>
      <View />
      <DropAnywhere />
      <Toasts />
    </>
  );
}

function View() {
  const [first, second, third, fourth] = address.value.split('/').filter((part) => part !== '');
  const id = Number(second);
  if (first === undefined || (first === 'tasks' && second === undefined)) return <TasksView />;
  if (first === 'tasks' && id > 0) return <TaskDetail key={id} id={id} />;
  if (first === 'projects' && second === undefined) return <ProjectsView />;
  if (first === 'projects' && isSection(third)) return <ItemView project={id} id={Number(fourth)} />;
  if (first === 'projects' && id > 0) return <ProjectView key={id} id={id} />;
  if (first === 'import') return <ImportView />;
  if (first === 'agents' && id > 0) return <AgentView key={id} id={id} />;
  if (first === 'agents') return <AgentsView />;
  if (first === 'plugins') return <PluginsView />;
  if (first === 'settings') return <SettingsView section={second} />;
  return (
    <main>
      <Empty title="There is no such page" />
    </main>
  );
}

function Live() {
  const state = liveness.value;
  if (state === 'live')
    return (
      <Pill tone="good" title="Changes show up as they happen">
        Live
      </Pill>
    );
  if (state === 'polling')
    return (
      <Pill tone="warn" title="The event stream is broken; the page asks every 3 seconds">
        Polling
      </Pill>
    );
  return <Pill tone="quiet">Connecting</Pill>;
}

const root = document.getElementById('page');
if (root !== null) {
  render(<App />, root);
  if (address.value === '/' && location.search === '') go('/tasks', { replace: true });
  call('users.me').catch(() => {
    // Not 401, which shows the way to log in: the platform does not answer, which each view says for itself.
    if (session.value === 'unknown') session.value = 'in';
  });
}
