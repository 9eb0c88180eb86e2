/** Import: where the data comes from, what is in it, how it becomes a project. */
import { AgentTab } from '../import/agent-tab.tsx';
import { BrowserTab } from '../import/browser-tab.tsx';
import { choose, source, sourceName } from '../import/chosen-source.ts';
import { LinksTab } from '../import/links-tab.tsx';
import { LookAndImport } from '../import/look-and-import.tsx';
import { OtherWaysTab } from '../import/other-ways-tab.tsx';
import { go, query } from '../router.tsx';

const TABS = [
  ['browser', 'Browser upload', BrowserTab],
  ['agent', "Agent's folder", AgentTab],
  ['links', 'Links', LinksTab],
  ['other', 'Other ways', OtherWaysTab],
] as const;

export function ImportView() {
  const chosen = source.value;
  if (chosen !== undefined) {
    return (
      <main>
        <div class="bar">
          <h1>Import {sourceName(chosen)}</h1>
          <span class="grow" />
          <button type="button" onClick={() => choose(undefined)}>
            Choose something else
          </button>
        </div>
        <LookAndImport key={JSON.stringify(chosen)} chosen={chosen} atOnce />
      </main>
    );
  }
  return <Sources />;
}

/** The tab is part of the address, so that it can be linked and outlives a reload. */
function Sources() {
  const named = TABS.find(([name]) => name === query.value.get('from'));
  const [current, , Content] = named ?? TABS[0];
  const show = (name: string): void =>
    go(name === TABS[0][0] ? '/import' : `/import?from=${name}`, { replace: true });
  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = TABS.findIndex(([name]) => name === current);
    const next = TABS[(at + step + TABS.length) % TABS.length] ?? TABS[0];
    show(next[0]);
    document.getElementById(`tab-${next[0]}`)?.focus();
  }
  return (
    <main>
      <h1>Import</h1>
      <div class="source-tabs" role="tablist" aria-label="Where the data comes from" onKeyDown={onKeyDown}>
        {TABS.map(([name, word]) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current}
            aria-controls="tab-content"
            tabIndex={name === current ? 0 : -1}
            onClick={() => show(name)}
          >
            {word}
          </button>
        ))}
      </div>
      <div id="tab-content" role="tabpanel" aria-labelledby={`tab-${current}`}>
        <Content />
      </div>
    </main>
  );
}
