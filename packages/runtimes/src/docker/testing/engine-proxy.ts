import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Another socket of the test engine, which can be taken away, as that of an engine that is shared by all cannot. */
export interface EngineProxy extends Disposable {
  /** For DOCKER_HOST, or the settings. */
  readonly address: string;
  /** Ends all connections and deletes the socket: the engine is gone, as far as its users can tell. */
  cut(): void;
  /** Takes connections, and lets nothing through any of them. */
  hang(): void;
  /** Makes it what it was at first. */
  restore(): Promise<void>;
}

/** @param engine its address, such as `unix:///run/docker.sock`; default: that of DOCKER_HOST or the usual one */
export async function openEngineProxy(engine = process.env.DOCKER_HOST): Promise<EngineProxy> {
  const behind = new URL(engine ?? 'unix:///var/run/docker.sock').pathname;
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-engine-'));
  const path = join(folder, 'engine.sock');
  const open = new Set<Socket>();
  let hangs = false;
  let server: Server | undefined;

  const follow = (socket: Socket, other: Socket): void => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      other.destroy();
    });
  };
  const listen = async (): Promise<void> => {
    server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ path: behind, allowHalfOpen: true });
      follow(near, far);
      follow(far, near);
      if (hangs) return;
      near.pipe(far);
      far.pipe(near);
    }).listen(path);
    await once(server, 'listening');
  };
  const cut = (): void => {
    server?.close();
    server = undefined;
    for (const socket of open) socket.destroy();
  };
  await listen();
  return {
    address: `unix://${path}`,
    cut,
    hang() {
      hangs = true;
      for (const socket of open) {
        socket.unpipe();
        socket.pause();
      }
    },
    async restore() {
      cut();
      hangs = false;
      await listen();
    },
    [Symbol.dispose]() {
      cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
