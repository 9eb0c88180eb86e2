/** docs/reference/api.md: one line a method. */
import type { MethodTable } from '../method.ts';
import { OTHER_ROUTES } from './other-routes.ts';

export function apiReference(methods: MethodTable): string {
  const names = Object.keys(methods).sort();
  const groups = Map.groupBy(names, (name) => name.split('.')[0] ?? name);
  return [
    '# HTTP API',
    '',
    '<!-- Made by scripts/docs.mjs from src/platform/api; do not edit. -->',
    '',
    'Methods are called as `POST /public/api/v3/<method>` with a JSON body and the header `x-api-key`. The role is the',
    'least one in the team whose data is asked for: view < annotate < manage < admin. Requests and replies are in',
    '[openapi.json](openapi.json); a running platform shows both at `/docs`.',
    '',
    ...[...groups].flatMap(([group, members]) => [
      `## ${group}`,
      '',
      '| method | what it does | role |',
      '| --- | --- | --- |',
      ...members.map((name) => `| \`${name}\` | ${cell(methods[name]?.about)} | ${methods[name]?.needs} |`),
      '',
    ]),
    '## Other addresses',
    '',
    '| address | what it is | login |',
    '| --- | --- | --- |',
    ...OTHER_ROUTES.map(
      ({ method, path, about, login }) =>
        `| \`${method.toUpperCase()} ${path}\` | ${cell(about)} | ${login} |`,
    ),
    '',
  ].join('\n');
}

const cell = (text: string | undefined): string => (text ?? '').replaceAll('|', '\\|');
