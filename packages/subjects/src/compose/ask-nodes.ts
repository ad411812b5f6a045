import { describeFailure } from '../describe-failure.ts';
import { askPort } from './ask-port.ts';
import type { ComposeSystem, Endpoints, SystemNode } from './system.ts';

/** By node: undefined when every port of it answers that can be asked, else what is wrong. */
export type Answers = ReadonlyMap<string, string | undefined>;

/** Asks all ports of all nodes at once. Never throws. */
export async function askNodes(
  nodes: readonly SystemNode[],
  { ports }: Pick<ComposeSystem, 'ports'>,
  endpoints: Pick<Endpoints, 'address'>,
  signal: AbortSignal,
): Promise<Answers> {
  const asked = nodes.map(async ({ name, service }) => {
    const problems = [...(ports.get(service.name) ?? [])].map(async ([port, protocol]) => {
      if (protocol === 'silent') return [];
      try {
        await askPort(endpoints.address(name, port), protocol, signal);
        return [];
      } catch (error) {
        return [`${name}:${port}: ${describeFailure(error)}`];
      }
    });
    const all = (await Promise.all(problems)).flat();
    return [name, all.length === 0 ? undefined : all.join('; ')] as const;
  });
  return new Map(await Promise.all(asked));
}
