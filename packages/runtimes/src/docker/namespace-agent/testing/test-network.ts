import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { waitFor } from '@ordeal/core';

const run = promisify(execFile);

/** Network namespaces of this machine that are joined by a switch, as the containers of one network are. */
export interface TestNetwork extends AsyncDisposable {
  /** The node's addresses on the network. */
  host(node: string): string;
  host6(node: string): string;
  /** Starts a program in the node's namespace; killed at the end, if it still runs. */
  start(node: string, command: string, ...args: string[]): ChildProcess;
  /** Runs a program there to its end; its standard output. */
  run(node: string, command: string, ...args: string[]): Promise<string>;
}

/**
 * Why there can be no network namespaces here, for the name of a skipped test; undefined when there can.
 * @throws Error in CI, where nothing may be skipped
 */
export async function whyNoTestNetwork(): Promise<string | undefined> {
  const why = await run('unshare', ['-n', 'sh', '-c', 'iptables -w 2 -t nat -S && ss -h && ip link']).then(
    () => undefined,
    (error) =>
      `no network namespaces, iptables or ss: ${String(error.stderr || error.message).split('\n')[0]}`,
  );
  if (why !== undefined && process.env.CI) throw new Error(`${why}, and CI skips nothing`);
  return why;
}

/** Makes a namespace for each node. The machine itself has an address on the network as well, as a guard has. */
export async function openTestNetwork(nodes: readonly string[]): Promise<TestNetwork> {
  const suffix = randomBytes(3).toString('hex');
  const subnet = freeSubnet();
  const subnet6 = `fd${suffix.slice(0, 2)}:${suffix.slice(2)}::`;
  const nameOf = (node: string) => `ordeal-${suffix}-${node}`;
  const hostOf = (node: string) => `${subnet}.${nodes.indexOf(node) + 2}`;
  const host6Of = (node: string) => `${subnet6}${nodes.indexOf(node) + 2}`;
  const switchName = nameOf('switch');
  const uplink = `ord${suffix}`;
  await runAll([
    `ip netns add ${switchName}`,
    `ip -n ${switchName} link add bridge type bridge`,
    `ip -n ${switchName} link set bridge up`,
    `ip link add ${uplink} type veth peer name uplink netns ${switchName}`,
    `ip -n ${switchName} link set uplink master bridge up`,
    `ip addr add ${subnet}.1/24 dev ${uplink}`,
    `ip link set ${uplink} up`,
    ...nodes.flatMap((node, index) => [
      `ip netns add ${nameOf(node)}`,
      `ip -n ${nameOf(node)} link add eth0 type veth peer name port${index} netns ${switchName}`,
      `ip -n ${switchName} link set port${index} master bridge up`,
      `ip -n ${nameOf(node)} addr add ${hostOf(node)}/24 dev eth0`,
      `ip -n ${nameOf(node)} addr add ${host6Of(node)}/64 dev eth0 nodad`,
      `ip -n ${nameOf(node)} link set lo up`,
      `ip -n ${nameOf(node)} link set eth0 up`,
    ]),
  ]);
  const children: ChildProcess[] = [];
  return {
    host: hostOf,
    host6: host6Of,
    start(node, command, ...args) {
      // It becomes the program, which so has the pid that we are told.
      const child = spawn('ip', ['netns', 'exec', nameOf(node), command, ...args]);
      children.push(child);
      return child;
    },
    async run(node, command, ...args) {
      const { stdout } = await run('ip', ['netns', 'exec', nameOf(node), command, ...args], {
        timeout: 10_000,
      });
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
        }),
      );
      await runAll([...nodes.map(nameOf), switchName].map((name) => `ip netns delete ${name}`));
      // The kernel takes namespaces down in its own time.
      await waitFor('no uplink', () => networkInterfaces()[uplink] === undefined || undefined, {
        timeoutMs: 10_000,
      });
    },
  };
}

function freeSubnet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address.split('.').slice(0, 3).join('.')),
  );
  for (;;) {
    const subnet = `10.213.${randomInt(256)}`;
    if (!taken.includes(subnet)) return subnet;
  }
}

async function runAll(commands: readonly string[]): Promise<void> {
  await run('sh', ['-e', '-c', commands.join('\n')], { timeout: 30_000 });
}
