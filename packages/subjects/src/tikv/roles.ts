import type { Observer } from '@ordeal/core';
import { healthAnswer, membersAnswer } from './answers.ts';
import type { HttpReader } from './http-reader.ts';
import type { PlacementDriver } from './placement-driver.ts';
import { PLACEMENT_DRIVERS, STORES } from './topology.ts';

/** The role of each node that answers for itself. While PD has no leader nobody is `pd_leader`. */
export async function rolesNow(
  parts: { observer: Observer; placementDriver: PlacementDriver; reader: HttpReader },
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const { observer, placementDriver, reader } = parts;
  const leader = placementDriver
    .askCluster('members', membersAnswer, signal)
    .then((members) => members.leader.name)
    .catch(() => undefined);
  const roles = await Promise.all(
    [
      ...PLACEMENT_DRIVERS.map(async (name) => {
        await placementDriver.askMember(name, 'health', healthAnswer, signal);
        return [name, name === (await leader) ? 'pd_leader' : 'pd'] as const;
      }),
      ...STORES.map(async (name) => {
        await reader.read(observer.address(name, 'status'), '/status', signal);
        return [name, 'tikv'] as const;
      }),
    ].map((role) => role.catch(() => undefined)),
  );
  return Object.fromEntries(roles.filter((role) => role !== undefined));
}
