import {
  CLIENT_ROLE,
  chooseTarget,
  defineFault,
  type FaultPlan,
  type FaultSite,
  type LinkRule,
  ping,
  routeThrough,
  z,
} from 'ordeal/config';

interface ClientCutPlan extends FaultPlan {
  readonly rules: readonly LinkRule[];
}

/** A fault of one's own: the clients cannot reach a node, everybody else can. */
export const clientCut = defineFault<ClientCutPlan>({
  type: 'client_cut',
  title: 'Cut a node off from its clients',
  kind: 'condition',
  params: z.strictObject({}),
  needs: ['links'],
  on: { postgres: { horizonSeconds: 8 } },

  // Plain data, written down before anything acts: undo needs nothing else.
  plan(input) {
    const target = chooseTarget(input);
    const { nodes, links } = input.topology;
    const isClient = (name: string) => nodes.some((node) => node.name === name && node.role === CLIENT_ROLE);
    return {
      version: 1,
      type: 'client_cut',
      injection: input.injection,
      targets: [target],
      params: {},
      rules: links
        .filter(({ from, to }) => to === target.name && isClient(from))
        .map((link) => ({ kind: 'cut', link, direction: 'both' })),
    };
  },
  apply: ({ injection, rules }, { instance }) => instance.shape(injection, rules),
  // Seen, not assumed: nobody answers through the links, and after the undo everybody does.
  active: (plan, site, signal) => pingAll(plan, site, signal, 'silent'),
  undo: ({ injection }, { instance }) => instance.unshape(injection),
  gone: (plan, site, signal) => pingAll(plan, site, signal, 'answered'),
});

async function pingAll({ rules }: ClientCutPlan, site: FaultSite, signal: AbortSignal, expected: string) {
  const pings = await Promise.all(rules.map(({ link }) => ping(site, routeThrough(site, link), 500, signal)));
  return { holds: pings.every(({ kind }) => kind === expected), evidence: { pings } };
}
