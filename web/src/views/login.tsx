/** No session: how to get one. */
import { signal } from '@preact/signals';
import { logIn } from '../api.ts';
import { Command } from '../parts/copy-text.tsx';
import { query } from '../router.tsx';

const failure = signal<string | undefined>(undefined);
const busy = signal(false);

async function submit(event: SubmitEvent): Promise<void> {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const given = new FormData(form);
  busy.value = true;
  failure.value = undefined;
  try {
    await logIn(String(given.get('login')), String(given.get('password')));
    location.replace('/');
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
    form.querySelector<HTMLInputElement>('[name=password]')?.select();
  } finally {
    busy.value = false;
  }
}

export function LoginView() {
  const refused = query.value.get('login') === 'refused';
  return (
    <main class="login">
      <div class="card">
        <h1>sly-agent</h1>
        {refused ? (
          <p class="box bad">This login link is wrong, was used before, or is older than 15 minutes.</p>
        ) : null}
        <form onSubmit={(event) => void submit(event)}>
          <label>
            Login
            <input name="login" autocomplete="username" required maxLength={100} />
          </label>
          <label>
            Password
            <input name="password" type="password" autocomplete="current-password" required maxLength={256} />
          </label>
          <p
            role="alert"
            class={failure.value === undefined ? 'dim' : 'box bad'}
            hidden={failure.value === undefined}
          >
            {failure.value}
          </p>
          <button type="submit" class="primary" disabled={busy.value}>
            Log in
          </button>
        </form>
        <p>Without a password: on the server that runs sly-agent, print a login link.</p>
        <Command text="sly-agent status --login" />
        <p class="dim">
          Open the link in this browser. It works once, within 15 minutes, and keeps you logged in for 30
          days. The link is also printed when the program starts.
        </p>
      </div>
    </main>
  );
}
