/**
 * `/docs`: the description as one page of HTML that loads nothing and runs nothing. A click into an example marks
 * the whole of it, for copying.
 */
import { createHash } from 'node:crypto';
import type { Answer, ApiMethod, MethodTable } from '../method.ts';
import { isMultipart } from '../method.ts';
import { exampleOf, schemaRows, typeText } from './describe-schema.ts';
import { OTHER_ROUTES } from './other-routes.ts';
import type { Json } from './schemas.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8888881a; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem 1.25rem 4rem; font: 16px/1.5 system-ui, sans-serif; }
h2 { margin-top: 2.5rem; } code, pre { font: 14px/1.45 ui-monospace, monospace; }
nav { columns: 12rem; } nav a { display: block; }
details { border-top: 1px solid var(--line); } details[open] { padding-bottom: 1rem; }
summary { padding: .5rem 0; cursor: pointer; } summary code { font-weight: 600; }
.role { float: right; padding: 0 .5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: 13px; }
pre { padding: .75rem; overflow-x: auto; background: var(--soft); user-select: all; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
h4 { margin: .75rem 0 .25rem; }`;

export const PAGE_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `address` is where the reader reached the server, for the examples. */
export function docsPage(methods: MethodTable, address: string): string {
  const names = Object.keys(methods).sort();
  const groups = [...Map.groupBy(names, (name) => name.split('.')[0] ?? name)];
  const body = groups
    .map(
      ([group, members]) =>
        `<h2 id="${escaped(group)}">${escaped(group)}</h2>${members
          .map((name) => section(name, methods[name], address))
          .join('')}`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>HTTP API</title><style>${STYLE}</style></head><body>
<h1>HTTP API</h1>
<p>Every method is a <code>POST ${escaped(address)}/public/api/v3/&lt;method&gt;</code> with a JSON body and the header
<code>x-api-key</code>; GET with a query works alike. The word at the right is the least role that may ask. For programs:
<a href="/docs/openapi.json">openapi.json</a>.</p>
<nav aria-label="Groups">${groups.map(([group]) => `<a href="#${escaped(group)}">${escaped(group)}</a>`).join('')}<a href="#other">other addresses</a></nav>
${body}${otherRoutes()}</body></html>
`;
}

function section(name: string, method: ApiMethod | undefined, address: string): string {
  if (method === undefined) return '';
  return `<details id="${escaped(name)}"><summary><span class="role">${method.needs}</span><code>${escaped(name)}</code>
${escaped(method.about)}</summary>
<pre>${escaped(curl(name, method, address))}</pre>
<h4>Request</h4>${isMultipart(method.request) ? '<p>A multipart body; these in the query:</p>' : ''}${table(method.request as Json)}
<h4>Reply</h4>${answer(method.response)}</details>`;
}

function answer(response: Answer): string {
  if (response === 'bytes') return '<p>The bytes of the file; ranges are answered.</p>';
  if (response === 'multipart') return '<p>A multipart body.</p>';
  return table(response as Json);
}

function table(schema: Json): string {
  const rows = schemaRows(schema);
  if (rows.length === 0) return `<p><code>${escaped(typeText(schema))}</code></p>`;
  const cells = rows.map(
    ({ key, type, required, about }) =>
      `<tr><td><code>${escaped(key)}</code>${required ? '' : ' <small>optional</small>'}</td><td><code>${escaped(type)}</code></td><td>${escaped(about)}</td></tr>`,
  );
  return `<div class="wide"><table><thead><tr><th>key</th><th>type</th><th></th></tr></thead><tbody>${cells.join('')}</tbody></table></div>`;
}

function curl(name: string, method: ApiMethod, address: string): string {
  const url = `${address}/public/api/v3/${name}`;
  if (isMultipart(method.request)) {
    return `curl -sS -H "x-api-key: $TOKEN" -F '0-file=@file' ${shellQuoted(url)}`;
  }
  const body = JSON.stringify(exampleOf(method.request));
  const output = method.response === 'bytes' ? ' -o file' : '';
  return `curl -sS${output} -H "x-api-key: $TOKEN" -H 'content-type: application/json' -d ${shellQuoted(body)} ${shellQuoted(url)}`;
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function otherRoutes(): string {
  const rows = OTHER_ROUTES.map(
    ({ method, path, about, login }) =>
      `<tr><td><code>${method.toUpperCase()} ${escaped(path)}</code></td><td>${escaped(about)}</td><td>${login}</td></tr>`,
  );
  return `<h2 id="other">other addresses</h2><div class="wide"><table><thead><tr><th>address</th><th>what it is</th><th>login</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter);
