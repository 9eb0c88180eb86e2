/** The public API as the SDK calls it: a new connection for each request, files in multipart bodies. */
import http from 'node:http';
import { giveBack } from '../../src/lib/give-back.ts';

export interface Server {
  url: string;
  token: string;
  pid: number;
}
export interface Request {
  method: string;
  body: Buffer;
  type: string;
}
/** The reply; with `drop` only its length is looked at. */
export type Send = (request: Request, options?: { drop: boolean }) => Promise<Buffer>;

const agent = new http.Agent({ keepAlive: false });

export function client({ url, token }: Server): Send {
  return ({ method, body, type }, { drop } = { drop: false }) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': type, 'content-length': body.length, 'x-api-key': token };
      http
        .request(`${url}/public/api/v3/${method}`, { method: 'POST', agent, headers }, (response) => {
          const chunks: Buffer[] = [];
          response
            .on('data', (chunk: Buffer) => {
              if (drop && response.statusCode === 200) giveBack(chunk);
              else chunks.push(chunk);
            })
            .on('error', reject)
            .on('end', () => {
              const reply = Buffer.concat(chunks);
              if (response.statusCode === 200) resolve(reply);
              else reject(new Error(`${method}: ${response.statusCode} ${reply.toString().slice(0, 500)}`));
            });
        })
        .on('error', reject)
        .end(body);
    });
}

export const json = (method: string, body: unknown): Request => ({
  method,
  body: Buffer.from(JSON.stringify(body)),
  type: 'application/json',
});

export function multipart(method: string, files: readonly Buffer[]): Request {
  const boundary = '0123456789abcdef0123456789abcdef';
  const parts = files.flatMap((file, at) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${at}-file"; filename="${at}"\r\nContent-Type: image/*\r\n\r\n`,
    ),
    file,
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { method, body, type: `multipart/form-data; boundary=${boundary}` };
}
