import type { Instance, Link, SubjectProbe } from '@ordeal/core';
import { echoSubject } from '../../../process/testing/echo-subject.ts';
import { rulesPerNode } from '../place-rules.ts';
import { bundleAgent, type RunningAgent, startAgent, startEchoServer } from './agents.ts';
import { openTestNetwork } from './test-network.ts';

const PORT = 7_000;

export interface NamespaceEcho extends AsyncDisposable {
  readonly instance: Instance;
  readonly probe: SubjectProbe;
}

/**
 * A test double of an instance: the echo subject's servers, each in a network namespace with its agent, and what
 * can be done to links. It can do nothing else to nodes.
 */
export async function startNamespaceEcho(): Promise<NamespaceEcho> {
  const { topology } = echoSubject;
  const names = topology.nodes.map(({ name }) => name);
  const program = await bundleAgent();
  const network = await openTestNetwork(names);
  const agents = new Map<string, RunningAgent>();
  for (const name of names) agents.set(name, startAgent(network, name, program));
  await Promise.all(names.map((name) => startEchoServer(network, name, PORT)));
  const ask = (node: string) => {
    const agent = agents.get(node);
    if (agent === undefined) throw new Error(`no node ${node}`);
    return agent.client;
  };
  const addressOf = (node: string) => ({ host: network.host(node), port: PORT });
  const relays = new Map<string, number>();
  for (const { from, to, port } of topology.links) {
    const relay = await ask(from).ask('relay', { to: addressOf(to) });
    relays.set(`${from} ${to} ${port}`, relay.port);
  }
  const observer = { address: addressOf, monotonicMs: () => performance.now() };
  const links: Partial<Instance> = {
    label: { instance: 'echo', guard: 'test', trial: 'echo/none#0', execution: 1, folder: '/nowhere' },
    topology,
    observer,
    nodes: () => topology.nodes.map(({ name, role }) => ({ name, role, incarnation: `1@${name}` })),
    dial: ({ from, to, port }: Link) => ({
      host: network.host(from),
      port: relays.get(`${from} ${to} ${port}`) ?? 0,
    }),
    async shape(injection, rules) {
      const perNode = rulesPerNode(rules, { host: network.host, port: () => PORT });
      await Promise.all(
        names.map((name) => ask(name).ask('shape', { injection, rules: perNode.get(name) ?? [] })),
      );
    },
    async unshape(injection) {
      await Promise.all(names.map((name) => ask(name).ask('unshape', { injection })));
    },
  };
  return {
    // What is missing fails where it is called.
    instance: links as Instance,
    probe: echoSubject.observe(observer),
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      program[Symbol.dispose]();
    },
  };
}
