import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { describeError, type HandleAccess, type NodeHandles, OrdealError } from '@ordeal/core';
import { type HandleAnswer, type HandleRequest, type HandleResult, handleRequest } from '@ordeal/operators';
import type { Folders } from '@ordeal/place';

const MOST_REQUEST_BYTES = 256 * 1024;
/** Whoever connects and says nothing gets no answer. */
const REQUEST_WITHIN_MS = 10_000;

const SOCKET_SUFFIX = '.sock';

/** Where the operators of a guard find it: beside the guards' folders, in which it is written what is done to whom. */
export function handleSocket(folders: Pick<Folders, 'data'>, guardFolder: string): string {
  return join(handlesFolder(folders), `${basename(guardFolder)}${SOCKET_SUFFIX}`);
}

/** Names of the guards at which operators are, or were, at work. */
export async function guardsWithHandles(folders: Pick<Folders, 'data'>): Promise<string[]> {
  const files = await readdir(handlesFolder(folders)).catch(() => []);
  return files.filter((file) => file.endsWith(SOCKET_SUFFIX)).map((file) => basename(file, SOCKET_SUFFIX));
}

function handlesFolder({ data }: Pick<Folders, 'data'>): string {
  return join(data, 'handles');
}

/** The handles of all incidents at one guard, for operators in other processes: a Unix socket, and a token for each. */
export class HandleServer {
  readonly #path: string;
  readonly #handles = new Map<string, NodeHandles>();
  #listening: Promise<Server> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws OrdealError MACHINE_FAILED when there can be no socket */
  async open(handles: NodeHandles): Promise<HandleAccess> {
    this.#listening ??= this.#listen();
    await this.#listening;
    const token = randomBytes(16).toString('hex');
    this.#handles.set(token, handles);
    return { socket: this.#path, token };
  }

  revoke({ token }: HandleAccess): void {
    this.#handles.delete(token);
  }

  async close(): Promise<void> {
    const server = await this.#listening?.catch(() => undefined);
    server?.close();
    await rm(this.#path, { force: true });
  }

  async #listen(): Promise<Server> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o755 });
      const server = createServer((line) => this.#serve(line));
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(this.#path, resolve);
      });
      server.unref();
      await chmod(this.#path, 0o600);
      return server;
    } catch (cause) {
      throw new OrdealError('MACHINE_FAILED', `cannot listen for operators at ${this.#path}`, { cause });
    }
  }

  #serve(line: Socket): void {
    let said = '';
    // An operator may go while its act is at work; that is done to its end.
    line.on('error', () => {});
    line.setTimeout(REQUEST_WITHIN_MS, () => line.destroy());
    line.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      const end = said.indexOf('\n');
      if (end === -1 && said.length <= MOST_REQUEST_BYTES) return;
      line.removeAllListeners('data');
      line.setTimeout(0);
      void this.#answer(said.slice(0, end)).then((answer) => line.end(`${JSON.stringify(answer)}\n`));
    });
  }

  async #answer(text: string): Promise<HandleAnswer> {
    try {
      const request = handleRequest.safeParse(parseJson(text));
      if (!request.success) throw new OrdealError('BAD_INPUT', 'this is no request for an act on a node');
      const handles = this.#handles.get(request.data.token);
      if (handles === undefined) {
        throw new OrdealError('GUARD_REFUSED', 'the token is good for no incident: it is over, or never was');
      }
      return { ok: true, ...(await perform(handles, request.data)) };
    } catch (error) {
      const code = error instanceof OrdealError ? error.code : 'TARGET_FAILED';
      return { ok: false, code, message: describeError(error) };
    }
  }
}

async function perform(handles: NodeHandles, request: HandleRequest): Promise<HandleResult> {
  switch (request.act) {
    case 'list':
      return { nodes: (await handles.list()).map((node) => ({ ...node, endpoints: { ...node.endpoints } })) };
    case 'restart':
      await handles.restart(request.node);
      return {};
    case 'start':
      await handles.start(request.node);
      return {};
    case 'exec':
      return handles.exec(request.node, request.command);
    case 'logs':
      return { output: await handles.logs(request.node, request.lines) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
