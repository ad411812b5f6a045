import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { dialled } from './environment.ts';
import { hostAndPort } from './flags.ts';

const agent = new Agent({ keepAlive: true });

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** @throws when there was no answer in time. */
export async function ask(
  address: string,
  {
    path,
    body,
    headers,
    timeoutMs,
  }: { path: string; body?: unknown; headers?: Record<string, string>; timeoutMs: number },
): Promise<HttpAnswer> {
  const answer = Promise.withResolvers<IncomingMessage>();
  const asked = request(
    {
      ...hostAndPort(dialled(address)),
      path,
      method: body === undefined ? 'GET' : 'POST',
      agent,
      headers: headers ?? {},
      signal: AbortSignal.timeout(timeoutMs),
    },
    answer.resolve,
  );
  asked.on('error', answer.reject).end(body === undefined ? undefined : JSON.stringify(body));
  const response = await answer.promise;
  return { status: response.statusCode ?? 0, body: await text(response) };
}

/** @throws when there was no answer in time, or none that says yes. */
export async function post<T>(address: string, path: string, body: unknown, timeoutMs: number): Promise<T> {
  const answer = await ask(address, { path, body, timeoutMs });
  if (answer.status !== 200) throw new Error(`${address}${path}: HTTP ${answer.status}`);
  return JSON.parse(answer.body) as T;
}

/** What the other program of this double sent. */
export async function bodyOf<T>(incoming: IncomingMessage): Promise<T> {
  return (await json(incoming)) as T;
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
