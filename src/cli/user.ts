import { SlyError } from '../lib/errors.ts';
import { type Command, type CommandInput, needPositionals, needVerb } from './command.ts';
import { connectPlatform, type PlatformCall } from './platform-client.ts';
import { printable, table } from './print.ts';
import { readPassword } from './read-password.ts';

const VERBS = ['add', 'list', 'passwd', 'disable', 'enable', 'role'] as const;
const ROLES = 'viewer, annotator, manager, admin';
const PAGE = 500;

interface User {
  id: number;
  login: string;
  name: string;
  role: 'admin' | 'user';
  disabled: boolean;
  hasPassword: boolean;
  lastLogin: string | null;
}

export const userCommand: Command = {
  name: 'user',
  summary: 'Users of the platform of this machine: add, list, passwd, disable, enable, role.',
  usage: 'user list | add LOGIN | passwd LOGIN | disable LOGIN | enable LOGIN | role LOGIN',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'add: full name.' },
    email: { type: 'string', value: 'ADDRESS', help: 'add: e-mail address.' },
    admin: { type: 'boolean', help: 'add, role: admin of the whole instance.' },
    'no-admin': { type: 'boolean', help: 'role: no longer admin of the instance.' },
    team: { type: 'string', value: 'TEAM', help: 'add, role: the team, by name or id.' },
    role: {
      type: 'string',
      value: 'ROLE',
      help: `add, role: role in the team: ${ROLES}; none takes it out.`,
    },
    'password-stdin': { type: 'boolean', help: 'add, passwd: the password is the first line of the input.' },
    json: { type: 'boolean', help: 'list: one JSON object a line.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the platform (SLY_DATA).' },
  },
  examples: [
    'sly-agent user add ada --team main --role manager',
    'sly-agent user passwd admin',
    'sly-agent user role ada --team main --role viewer',
  ],
  async run(input) {
    const [word, login = ''] = input.positionals;
    const verb = needVerb(userCommand, word, VERBS);
    needPositionals(userCommand, input.positionals, verb === 'list' ? 1 : 2);
    const call = connectPlatform(input.flags);
    if (verb === 'list') return list(call, input);
    if (verb === 'add') return add(call, login, input);
    const user = await findUser(call, login);
    if (verb === 'passwd') {
      const password = await readPassword(input.flags['password-stdin'] === true);
      await call('users.editInfo', { id: user.id, password });
      return said(`${user.login} has a new password; its sessions have ended`);
    }
    if (verb === 'role') return changeRole(call, user, input.flags);
    await call(`users.${verb}`, { id: user.id });
    return said(`${user.login} is ${verb}d`);
  },
};

async function list(call: PlatformCall, { flags, terminal }: CommandInput): Promise<number> {
  const rows = [['LOGIN', 'NAME', 'ROLE', 'STATE', 'LAST LOGIN']];
  for (let after = ''; ; ) {
    const page = await call<{ entities: User[]; after: string | null }>('users.list', {
      pagination_mode: 'token',
      per_page: PAGE,
      after,
    });
    for (const user of page.entities) {
      if (flags.json === true || !terminal) process.stdout.write(`${JSON.stringify(user)}\n`);
      const state = user.disabled ? 'disabled' : user.hasPassword ? 'active' : 'no password';
      rows.push([user.login, printable(user.name), user.role, state, user.lastLogin ?? 'never']);
    }
    if (page.after === null) break;
    after = page.after;
  }
  if (flags.json !== true && terminal) process.stdout.write(table(rows));
  return 0;
}

async function add(call: PlatformCall, login: string, { flags }: CommandInput): Promise<number> {
  const team = typeof flags.team === 'string' ? await findTeam(call, flags.team) : undefined;
  if (team === undefined && flags.role !== undefined) throw needsTeam();
  const password = await readPassword(flags['password-stdin'] === true);
  const user = await call<User>('users.add', {
    login,
    password,
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.email !== undefined && { email: flags.email }),
    ...(flags.admin === true && { role: 'admin' }),
    ...(team !== undefined && { teamId: team, teamRole: flags.role ?? 'viewer' }),
  });
  return said(`${user.login} can log in`);
}

async function changeRole(call: PlatformCall, user: User, flags: CommandInput['flags']): Promise<number> {
  if (flags.admin === true || flags['no-admin'] === true) {
    const role = flags.admin === true ? 'admin' : 'user';
    await call('users.editInfo', { id: user.id, role });
    if (flags.role === undefined) return said(`${user.login} is ${role} of the instance`);
  }
  if (typeof flags.team !== 'string') throw needsTeam();
  if (typeof flags.role !== 'string')
    throw new SlyError('SLY_USAGE', { detail: `--role: expected one of ${ROLES}, none` });
  const teamId = await findTeam(call, flags.team);
  if (flags.role === 'none') await call('members.remove', { id: user.id, teamId });
  else await call('members.add', { id: user.id, teamId, role: flags.role });
  return said(`${user.login} is ${flags.role} in ${flags.team}`);
}

export async function findUser(call: PlatformCall, login: string): Promise<User> {
  const filter = [{ field: 'login', operator: '=', value: login }];
  const { entities } = await call<{ entities: User[] }>('users.list', { filter });
  if (entities[0] !== undefined) return entities[0];
  throw new SlyError('SLY_NOT_FOUND', { detail: `user ${JSON.stringify(login)}` });
}

async function findTeam(call: PlatformCall, word: string): Promise<number> {
  const byName = [{ field: 'name', operator: '=', value: word }];
  const { entities } = await call<{ entities: { id: number }[] }>('teams.list', { filter: byName });
  if (entities[0] !== undefined) return entities[0].id;
  if (/^[1-9]\d{0,14}$/.test(word))
    return (await call<{ id: number }>('teams.info', { id: Number(word) })).id;
  throw new SlyError('SLY_NOT_FOUND', { detail: `team ${JSON.stringify(word)}` });
}

function needsTeam(): SlyError {
  return new SlyError('SLY_USAGE', {
    detail: '--team: expected the team the role is for',
    hint: 'For the whole instance use --admin or --no-admin.',
  });
}

function said(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
