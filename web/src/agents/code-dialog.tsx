/** Makes a registration code and shows it, this once, in the command that uses it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { now } from '../now.ts';
import { Problem } from '../parts/bits.tsx';
import { CopyText } from '../parts/copy-text.tsx';
import type { Team } from '../settings/accounts.ts';
import type { Agent } from '../shapes.ts';
import { span } from '../words.ts';
import { isLoopback, registerCommand, startCommand } from './register-command.ts';

interface Code {
  code: string;
  expiresAt: string;
}

export function CodeDialog(props: {
  /** Absent = the code makes a new agent. */
  agent: Agent | undefined;
  teams: readonly Team[];
  close(): void;
}) {
  const { agent, teams, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [team, setTeam] = useState('');
  const [code, setCode] = useState<Code | undefined>(undefined);
  const make = useAction();
  useEffect(() => dialog.current?.showModal(), []);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void make.run(async () =>
      setCode(
        await call<Code>('agents.codes.add', {
          ...(agent !== undefined && { agentId: agent.id }),
          ...(agent === undefined && team !== '' && { teamId: Number(team) }),
        }),
      ),
    );
  }

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="code-title" class="code">
      <h2 id="code-title">{agent === undefined ? 'Add an agent' : `A new token for ${agent.name}`}</h2>
      {code === undefined ? (
        <form onSubmit={submit}>
          <p>
            {agent === undefined
              ? 'A code lets one machine register as an agent of this server. It works once, within an hour.'
              : 'The code gives this agent a new token when its machine registers with it; the old token ends then. It works once, within an hour.'}
          </p>
          {agent !== undefined ? null : (
            <label>
              <span>Works for</span>
              <select value={team} onChange={(event) => setTeam(event.currentTarget.value)}>
                <option value="">every team</option>
                {teams.map(({ id, name }) => (
                  <option key={id} value={String(id)}>
                    the team {name} alone
                  </option>
                ))}
              </select>
            </label>
          )}
          {make.error === undefined ? null : <Problem error={make.error} />}
          <div class="bar end">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" class="primary" disabled={make.busy}>
              Make a code
            </button>
          </div>
        </form>
      ) : (
        <Ready code={code} close={() => dialog.current?.close()} />
      )}
    </dialog>
  );
}

function Ready({ code, close }: { code: Code; close(): void }) {
  const server = new URL(location.href);
  const left = Date.parse(code.expiresAt) - now.value;
  return (
    <>
      <p role="status">
        The code is shown this once.{' '}
        {left > 0 ? `It is good for ${span(left)}.` : 'It has expired: make another.'}
      </p>
      <p class="dim">On the machine that becomes the agent, with sly-agent installed:</p>
      <CopyText text={registerCommand(server, code.code)} label="Copy the command with the code" />
      <p class="dim">Then start it; it appears here as soon as it connects:</p>
      <CopyText text={startCommand(server)} label="Copy the command that starts it" />
      {isLoopback(server) ? (
        <p class="box warn">
          This address, {server.host}, is good on this machine only. For another machine put an address of
          this server there that it can reach.
        </p>
      ) : null}
      <div class="bar end">
        <button type="button" class="primary" onClick={close}>
          Close
        </button>
      </div>
    </>
  );
}
