import { randomBytes } from 'node:crypto';
import {
  type Address,
  CLIENT_ROLE,
  type Incident,
  type Instance,
  OrdealError,
  type Runtime,
  type Subject,
} from '@ordeal/core';
import type { Fence } from '../protocol.ts';

/** What an operator is told of an instance. */
export function incidentOf(of: {
  readonly fence: Fence;
  readonly subject: Pick<Subject, 'name'>;
  readonly instance: Instance;
  readonly runtime: Runtime | undefined;
  /** As they are now; a node that did not say has the one that it began with. */
  readonly roles: Readonly<Record<string, string>>;
}): Incident {
  const { fence, subject, instance, roles, runtime } = of;
  if (runtime === undefined) throw new OrdealError('INTERNAL', 'an instance without a runtime');
  const nodes = instance.topology.nodes.filter(({ role }) => role !== CLIENT_ROLE);
  return {
    incident: `inc-${randomBytes(4).toString('hex')}`,
    trial: fence.trial,
    subject: subject.name,
    runtime: runtime.name,
    instance: instance.label.instance,
    nodes: nodes.map(({ name, role, ports }) => ({
      name,
      role: roles[name] ?? role,
      endpoints: Object.fromEntries(
        ports.map((port): [string, Address] => [port, instance.observer.address(name, port)]),
      ),
    })),
  };
}
