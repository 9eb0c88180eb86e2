/** Routes that are no methods. A test compares the list with what the server has. */
import type { Json } from './schemas.ts';

export interface OtherRoute {
  path: string;
  method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options';
  about: string;
  /** `none` = open to everybody who can reach the server. */
  login: 'none' | 'token or session';
  query?: readonly { name: string; about: string; schema: Json }[];
  /** Status and content type of the good answer. */
  status: number;
  type?: string;
}

const text: Json = { type: 'string' };
const LOGIN = 'token or session';

/** Resumable uploads by the protocol tus 1.0.0, which says what the headers are. */
const TUS: readonly OtherRoute[] = [
  { method: 'options', path: '/uploads', about: 'What of tus is spoken here.', login: 'none', status: 204 },
  {
    method: 'options',
    path: '/uploads/{id}',
    about: 'What of tus is spoken here.',
    login: 'none',
    status: 204,
  },
  {
    method: 'post',
    path: '/uploads',
    about: 'Begins the upload of a file (tus).',
    login: LOGIN,
    status: 201,
  },
  {
    method: 'head',
    path: '/uploads/{id}',
    about: 'How much of a file is here (tus).',
    login: LOGIN,
    status: 200,
  },
  { method: 'patch', path: '/uploads/{id}', about: 'More of a file (tus).', login: LOGIN, status: 204 },
  {
    method: 'post',
    path: '/uploads/{id}',
    about: 'One of the others, named by X-HTTP-Method-Override (tus).',
    login: LOGIN,
    status: 204,
  },
  { method: 'delete', path: '/uploads/{id}', about: 'Gives an upload up (tus).', login: LOGIN, status: 204 },
];

export const OTHER_ROUTES: readonly OtherRoute[] = [
  {
    path: '/login',
    method: 'get',
    about: 'Turns a one-time code into a session of the page.',
    login: 'none',
    query: [{ name: 'code', about: 'From `sly-agent status --login`.', schema: text }],
    status: 303,
  },
  {
    path: '/login',
    method: 'post',
    about: 'Turns login and password (JSON) into a session; for the page itself alone.',
    login: 'none',
    status: 200,
    type: 'application/json',
  },
  {
    path: '/api/account',
    method: 'post',
    about:
      'Login and password (form fields `login`, `password`) for a token: a JWT whose payload has a new API token (`apiToken`), `group.id`, `workspace.id` and `login`.',
    login: 'none',
    status: 200,
    type: 'application/json',
  },
  {
    path: '/logout',
    method: 'post',
    about: 'Ends the session.',
    login: LOGIN,
    status: 200,
    type: 'application/json',
  },
  {
    path: '/archives/{id}/{name}',
    method: 'get',
    about:
      'The archive an export made; ranges are answered, so a download can be resumed. A link of archives.link needs no login.',
    login: LOGIN,
    query: [
      { name: 'expires', about: 'Of a link from archives.link: seconds since 1970.', schema: text },
      { name: 'signature', about: 'Of a link from archives.link.', schema: text },
    ],
    status: 200,
    type: 'application/octet-stream',
  },
  {
    path: '/files/team/{id}/{name}',
    method: 'get',
    about: 'The bytes of a file of team files, always as a download.',
    login: LOGIN,
    status: 200,
    type: 'application/octet-stream',
  },
  ...[
    ['images', 'an image'],
    ['videos', 'a video'],
    ['clouds', 'a point cloud'],
    ['volumes', 'a volume'],
  ].map(
    ([section, one]): OtherRoute => ({
      path: `/files/${section}/{id}`,
      method: 'get',
      about: `The bytes of ${one}, for showing.`,
      login: LOGIN,
      status: 200,
      type: 'application/octet-stream',
    }),
  ),
  ...[
    ['images/{id}/thumbnail', 'A small picture of an image.'],
    ['images/{id}/display', 'A picture browsers can show of an image.'],
    ['videos/{id}/thumbnail', 'A small picture of a video, where the server has ffmpeg.'],
    ['related-images/{id}/thumbnail', 'A small picture of a picture beside a point cloud.'],
    ['related-images/{id}/display', 'A picture browsers can show of a picture beside a point cloud.'],
  ].map(
    ([path, about = '']): OtherRoute => ({
      path: `/files/${path}`,
      method: 'get',
      about,
      login: LOGIN,
      status: 200,
      type: 'image/webp',
    }),
  ),
  {
    path: '/events',
    method: 'get',
    about: 'What happens to tasks and agents, as server-sent events.',
    login: LOGIN,
    query: [{ name: 'task', about: 'Id of a task whose log is sent too.', schema: text }],
    status: 200,
    type: 'text/event-stream',
  },
  ...TUS,
  {
    path: '/healthz',
    method: 'get',
    about: 'The server runs.',
    login: 'none',
    status: 200,
    type: 'application/json',
  },
  {
    path: '/readyz',
    method: 'get',
    about: 'The server runs and its database answers; 503 else.',
    login: 'none',
    status: 200,
    type: 'application/json',
  },
  {
    path: '/docs',
    method: 'get',
    about: 'This description as a page.',
    login: 'none',
    status: 200,
    type: 'text/html',
  },
  {
    path: '/docs/openapi.json',
    method: 'get',
    about: 'This description as OpenAPI 3.1.',
    login: 'none',
    status: 200,
    type: 'application/json',
  },
];
