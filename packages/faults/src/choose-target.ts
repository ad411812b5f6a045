import { CLIENT_ROLE, type NodeView, OrdealError, type PlanInput, pick } from '@ordeal/core';

/**
 * The node that the fault goes for: a seeded pick among the holders of the role, or of any role but the client's and
 * those that are spared, in the order of their names; or the node of that name.
 * @throws OrdealError BAD_INPUT when the target selects no node.
 */
export function chooseTarget({ target, topology, nodes, random }: PlanInput): NodeView {
  const isLeftOut = (node: NodeView) =>
    topology.nodes.some(
      ({ name, role, isSpared }) => name === node.name && (role === CLIENT_ROLE || isSpared === true),
    );
  const holders = nodes.filter((node) => (target === 'any' ? !isLeftOut(node) : node.role === target));
  const candidates = holders.length > 0 ? holders : nodes.filter((node) => node.name === target);
  if (candidates.length === 0) {
    const present = nodes.map(({ name, role }) => `${name} (${role})`).join(', ');
    throw new OrdealError('BAD_INPUT', `target ${target} selects no node of: ${present}`);
  }
  return pick(random, candidates.toSorted(byName));
}

/**
 * The same, for a fault that goes for the target's present life.
 * @throws OrdealError INSTANCE_LOST when it is down: it would look like a success at once, and prove nothing.
 */
export function chooseLiveTarget(input: PlanInput): NodeView & { readonly incarnation: string } {
  const target = chooseTarget(input);
  const { incarnation } = target;
  if (incarnation !== null) return { ...target, incarnation };
  throw new OrdealError('INSTANCE_LOST', `${target.name} is down already: there is nothing to hit`);
}

/** By code unit: a locale must not change which node a seed draws. */
export function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  if (left.name === right.name) return 0;
  return left.name < right.name ? -1 : 1;
}
