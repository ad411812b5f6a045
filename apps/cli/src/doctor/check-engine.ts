import { describeError, OrdealError } from '@ordeal/core';
import { type EngineInspection, type HelperTrial, inspectEngine } from '@ordeal/runtimes';
import { defineCheck, type Say } from './check.ts';
import { sizeText } from './size-text.ts';

/** The oldest that trials were run on. */
const OLDEST_MAJOR = 20;
/** Images of the built-in subjects take about 1.5 GB, and each container writes a little of its own. */
const LOW_BYTES = 2e9;
/** As many as a campaign may have instances at once. */
const FEW_SUBNETS = 10;

const problems = {
  unreachable: {
    level: 'warning',
    means: 'No trial runs in containers here. Those on local processes need no engine.',
    advice:
      'Start the engine, and see that this user may use its socket (often by the group `docker`); DOCKER_HOST names another one.',
  },
  version: {
    level: 'warning',
    means: `Trials were tried on version ${OLDEST_MAJOR} and newer only.`,
    advice: 'Upgrade the engine.',
  },
  system: {
    level: 'error',
    means: 'Subjects are Linux containers, and faults are those of a Linux kernel.',
    advice: 'Switch the engine to Linux containers, or name another one in DOCKER_HOST.',
  },
  remote: {
    level: 'warning',
    means:
      'A guard that is a process dials the addresses of containers: from another machine than the engine’s they are not reached, and no instance becomes steady.',
    advice:
      'Leave out runtimes.docker.guard in ordeal.config.ts, so that the guard lives in a container on the engine’s machine.',
  },
  rootless: {
    level: 'error',
    means:
      'A rootless engine keeps its containers in a network that this machine cannot dial into: no instance becomes steady.',
    advice: 'Use an engine that runs as root, or local processes.',
  },
  images: {
    level: 'warning',
    means:
      'A worker pulls them when it starts, before any trial; without a registry their subjects are not offered.',
    advice: 'Pull them now, or name other references under runtimes.docker.images in ordeal.config.ts.',
  },
  filter: {
    level: 'error',
    means:
      'Nothing can cut, slow down or thin out a link: trials of the faults on the network end in an error.',
    advice:
      'Load the kernel’s modules for iptables (`modprobe nf_tables` or `ip_tables`), or name a helper image that has iptables for this kernel under runtimes.docker.images.',
  },
  pool: {
    level: 'warning',
    means: 'Each instance takes a subnet of its own: when none is free it does not start.',
    advice:
      'Remove networks that nobody needs (`docker network prune`), or name a larger pool under runtimes.docker.subnets.',
  },
  routes: {
    level: 'warning',
    means:
      'An instance that gets such a subnet takes these addresses away from this machine for as long as it lives.',
    advice: 'Name a pool that this machine does not reach under runtimes.docker.subnets.',
  },
  disk: {
    level: 'warning',
    means: 'Pulling images may fill the disk, and whatever else is on it would suffer, too.',
    advice: 'Free some, for example with `docker image prune`.',
  },
} as const;

/** The Docker engine, and what is missing for trials in containers. */
export const checkEngine = defineCheck({
  name: 'engine',
  title: 'Docker engine',
  problems,
  async look({ settings: { docker, repertoire } }, say) {
    if (!docker.offered) {
      say.ok('reachable', 'not used: the settings turn the runtime docker off');
      return;
    }
    try {
      const subjects = Object.keys(repertoire.catalogue.subjects).flatMap(
        (name) => repertoire.subjectOf(name) ?? [],
      );
      const inContainers = subjects.filter(({ prepareContainer }) => prepareContainer !== undefined);
      tellOfEngine(await inspectEngine(docker, inContainers), say);
    } catch (error) {
      if (!(error instanceof OrdealError)) throw error;
      say.problem('unreachable', describeError(error));
    }
  },
});

/** What an engine that answers means for trials. */
export function tellOfEngine(engine: EngineInspection, say: Say<keyof typeof problems>): void {
  say.ok('reachable', `engine at ${engine.address}`);
  const version = `version ${engine.version}, control groups v${engine.cgroupVersion ?? '1'}`;
  if (Number.parseInt(engine.version, 10) < OLDEST_MAJOR) say.problem('version', version);
  else say.ok('version', version);
  if (engine.system !== 'linux') say.problem('system', `its containers are for ${engine.system}`);
  if (engine.isRemote && engine.guardHome === 'process')
    say.problem('remote', `it is reached at ${engine.address}, and the settings keep the guard here`);
  else say.ok('remote', `a guard of it lives as a ${engine.guardHome}`);
  if (engine.isRootless) say.problem('rootless', 'it is rootless');
  const { missingImages: missing } = engine;
  if (missing.length > 0) say.problem('images', `not there: ${missing.join(', ')}`);
  else say.ok('images', 'the images of all subjects are there');
  if (engine.helper !== undefined) tellOfHelper(engine.helper, say);
  const { cidr, free: freeSubnets, total, routes } = engine.pool;
  const pool = `${freeSubnets} of ${total} subnets of ${cidr} are free`;
  if (freeSubnets < FEW_SUBNETS) say.problem('pool', pool);
  else say.ok('pool', pool);
  if (routes.length > 0) say.problem('routes', `${cidr} has a part of ${routes.join(', ')}`);
  if (engine.freeBytes === undefined) return;
  const free = `${sizeText(engine.freeBytes)} free where it keeps images`;
  if (engine.freeBytes < LOW_BYTES) say.problem('disk', free);
  else say.ok('disk', free);
}

function tellOfHelper(
  { packetFilters, hasNetem, refusals }: HelperTrial,
  say: Say<keyof typeof problems>,
): void {
  if (packetFilters.length === 0) say.problem('filter', `no iptables works there: ${refusals.join('; ')}`);
  else say.ok('filter', `packet filter: iptables, ${packetFilters.join(' and ')}`);
  const has = hasNetem ? 'has netem, which is not used' : 'has no netem, and needs none';
  say.ok('netem', `the kernel ${has}: delays and rates are a TCP proxy’s, which resets open flows once`);
}
