/** No session: how to get one. */
import { query } from '../router.tsx';

export function LoginView() {
  const refused = query.value.get('login') === 'refused';
  return (
    <main class="login">
      <div class="card">
        <h1>sly-agent</h1>
        {refused ? (
          <p class="box bad">This login link is wrong, was used before, or is older than 15 minutes.</p>
        ) : null}
        <p>You are not logged in here. On the server that runs sly-agent, print a login link:</p>
        <pre class="command">sly-agent status --login</pre>
        <p class="dim">
          Open the link in this browser. It works once, within 15 minutes, and keeps you logged in for 30
          days. The link is also printed when the program starts.
        </p>
      </div>
    </main>
  );
}
