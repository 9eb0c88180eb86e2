import { SlyError } from '../lib/errors.ts';
import { type Command, type CommandInput, needPositionals, needVerb } from './command.ts';
import { connectPlatform, type PlatformCall } from './platform-client.ts';
import { printable, table } from './print.ts';
import { findUser } from './user.ts';

const PAGE = 500;

interface Token {
  id: number;
  login: string;
  name: string;
  role: string | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export const tokenCommand: Command = {
  name: 'token',
  summary: 'API tokens of the platform of this machine: add, list, revoke.',
  usage: 'token list | add NAME --user LOGIN | revoke ID',
  flags: {
    user: { type: 'string', value: 'LOGIN', help: 'Whose token; list: only this user.' },
    role: {
      type: 'string',
      value: 'ROLE',
      help: 'add: the most it may do in any team: viewer, annotator, manager.',
    },
    days: { type: 'string', value: 'DAYS', help: 'add: it ends after so many days. Default: never.' },
    json: { type: 'boolean', help: 'list: one JSON object a line.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the platform (SLY_DATA).' },
  },
  examples: ['sly-agent token add nightly --user ada --role manager --days 90', 'sly-agent token revoke 7'],
  async run(input) {
    const { positionals, flags } = input;
    const verb = needVerb(tokenCommand, positionals[0], ['add', 'list', 'revoke']);
    needPositionals(tokenCommand, positionals, verb === 'list' ? 1 : 2);
    const call = connectPlatform(flags);
    if (verb === 'list') return list(call, input);
    const [, word = ''] = positionals;
    if (verb === 'revoke') {
      if (!/^[1-9]\d{0,14}$/.test(word))
        throw new SlyError('SLY_USAGE', {
          detail: `expected the id of a token, got ${JSON.stringify(word)}`,
        });
      await call('tokens.remove', { id: Number(word) });
      process.stdout.write('ended\n');
      return 0;
    }
    if (typeof flags.user !== 'string')
      throw new SlyError('SLY_USAGE', { detail: '--user: expected the login the token is for' });
    const { id: userId } = await findUser(call, flags.user);
    const made = await call<Token & { token: string }>('tokens.add', {
      name: word,
      userId,
      ...(flags.role !== undefined && { role: flags.role }),
      ...(flags.days !== undefined && { days: Number(flags.days) }),
    });
    process.stderr.write('This is shown once:\n');
    process.stdout.write(`${made.token}\n`);
    return 0;
  },
};

async function list(call: PlatformCall, { flags, terminal }: CommandInput): Promise<number> {
  const userId = typeof flags.user === 'string' ? (await findUser(call, flags.user)).id : 0;
  const rows = [['ID', 'USER', 'NAME', 'ROLE', 'ENDS', 'LAST USED']];
  for (let after = ''; ; ) {
    const page = await call<{ entities: Token[]; after: string | null }>('tokens.list', {
      userId,
      pagination_mode: 'token',
      per_page: PAGE,
      after,
    });
    for (const one of page.entities) {
      if (flags.json === true || !terminal) process.stdout.write(`${JSON.stringify(one)}\n`);
      rows.push([
        String(one.id),
        one.login,
        printable(one.name),
        one.role ?? 'all',
        one.expiresAt ?? 'never',
        one.lastUsedAt ?? 'never',
      ]);
    }
    if (page.after === null) break;
    after = page.after;
  }
  if (flags.json !== true && terminal) process.stdout.write(table(rows));
  return 0;
}
