import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * An operator that knows one remedy: it restarts what is not well. It reads the incident on standard input, looks once a
 * second, acts through `ordeal node`, and says what it sees in lines of JSON on standard output.
 */
interface Node {
  readonly name: string;
  readonly state: 'up' | 'down' | 'frozen';
  readonly endpoints: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
}

/** A supervisor may be quicker: only what is still not well at the second look is ours. */
const LOOKS_BEFORE_ACTING = 2;

const run = promisify(execFile);
const tell = (event: object) => console.log(JSON.stringify(event));

async function isWell({ state, endpoints }: Node): Promise<boolean> {
  const answers = await Promise.all(Object.values(endpoints).map(({ host, port }) => accepts(host, port)));
  return state === 'up' && answers.every(Boolean);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}

const unwell = new Map<string, number>();
for (let hasActed = false; ; await delay(1_000)) {
  const { stdout } = await run('ordeal', ['node', 'list']);
  for (const node of JSON.parse(stdout) as Node[]) {
    if (await isWell(node)) {
      unwell.delete(node.name);
      continue;
    }
    const looks = (unwell.get(node.name) ?? 0) + 1;
    unwell.set(node.name, looks);
    if (looks < LOOKS_BEFORE_ACTING) continue;
    tell({ event: 'detected', node: node.name });
    await run('ordeal', ['node', 'restart', node.name]);
    hasActed = true;
  }
  if (hasActed && unwell.size === 0) break;
}
tell({ event: 'claimed_resolved' });
