import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings, findSettingsFile, readSettings } from '@ordeal/config';
import {
  deadlineSignal,
  type Instance,
  type LinkRule,
  monotonicMs,
  OrdealError,
  type Runtime,
  type Subject,
  waitFor,
} from '@ordeal/core';
import { bundleProgram, createDockerRuntime } from '@ordeal/runtimes';
import { type Benchmark, median, rounded } from './benchmark.ts';
import { BareEngine } from './peers/bare-engine.ts';

const TIMEOUT_MS = 60_000;
const LOOK_MS = 20;
const VICTIM = 'etcd-1';

interface Times {
  readonly kill: number[];
  readonly bareKill: number[];
  readonly cut: number[];
  readonly uncut: number[];
  readonly delay: number[];
  readonly undelay: number[];
  readonly helperStep: number[];
  readonly cycle: number[];
  readonly bareCycle: number[];
}

/**
 * What faults on containers take, and what an instance of etcd takes from nothing to nothing. Beside it the engine's bare
 * API: a kill, a helper container made for one step, the same members created, started, awaited and removed.
 */
export const containers: Benchmark = {
  title: 'faults on containers of etcd, and its whole life, against bare calls of the engine',
  defaults: { trials: 5, pairs: 3 },
  async run({ trials, pairs }, say) {
    const file = findSettingsFile(process.env.INIT_CWD ?? process.cwd());
    const { docker, repertoire } = file === undefined ? defaultSettings : await readSettings(file);
    const etcd = repertoire.subjectOf('etcd');
    if (etcd === undefined) throw new Error('there is no subject etcd');
    const folder = await mkdtemp(join(tmpdir(), 'ordeal-bench-'));
    try {
      const runtime = createDockerRuntime({
        ...docker,
        place: 'bench',
        bundle: (module) => bundleProgram(module, folder),
        monotonicMs,
      });
      const bare = new BareEngine(docker.images);
      const times: Times = {
        kill: [],
        bareKill: [],
        cut: [],
        uncut: [],
        delay: [],
        undelay: [],
        helperStep: [],
        cycle: [],
        bareCycle: [],
      };
      // The first one packs the programs.
      await oneLife(runtime, etcd, folder, async () => {});
      for (let pair = 0; pair < pairs; pair += 1) {
        times.bareCycle.push(await bare.lifeOfThree());
        const cycle = await oneLife(runtime, etcd, folder, async (instance) => {
          for (let trial = 0; trial < trials; trial += 1) await measureFaults(instance, bare, times);
        });
        times.cycle.push(cycle);
        say(
          `pair ${pair + 1} of ${pairs}: a life ${cycle.toFixed(0)} ms, bare ${times.bareCycle.at(-1)?.toFixed(0)} ms`,
        );
      }
      return report(times);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** From nothing to whole, and to nothing again, in ms; what is done in between is not counted. */
async function oneLife(
  runtime: Runtime,
  subject: Subject,
  folder: string,
  meanwhile: (instance: Instance) => Promise<void>,
): Promise<number> {
  const began = monotonicMs();
  const name = `bench${Math.floor(began)}`;
  const label = { instance: name, guard: 'bench', trial: name, execution: 1, folder: join(folder, name) };
  const instance = await runtime.start({ label, subject }, deadlineSignal(TIMEOUT_MS));
  let spentMs = 0;
  try {
    await untilWhole(subject, instance);
    spentMs = monotonicMs() - began;
    await meanwhile(instance);
  } finally {
    const ending = monotonicMs();
    await instance.remove();
    spentMs += monotonicMs() - ending;
  }
  return spentMs;
}

async function untilWhole(subject: Subject, instance: Instance): Promise<void> {
  const probe = subject.observe(instance.observer);
  try {
    await waitFor(
      'the instance is whole',
      async () => (await probe.whole(deadlineSignal(TIMEOUT_MS))).whole || undefined,
      { timeoutMs: TIMEOUT_MS, everyMs: LOOK_MS },
    );
  } finally {
    await probe.close();
  }
}

async function measureFaults(instance: Instance, bare: BareEngine, times: Times): Promise<void> {
  const links = instance.topology.links.filter(({ from, to }) => from === VICTIM || to === VICTIM);
  const cut = links.map((link): LinkRule => ({ kind: 'cut', link, direction: 'both' }));
  const delay = links.map((link): LinkRule => ({ kind: 'delay', link, minMs: 50, maxMs: 150, seed: '1' }));
  times.cut.push(await msOf(() => instance.shape('cut', cut)));
  times.uncut.push(await msOf(() => instance.unshape('cut')));
  times.delay.push(await msOf(() => instance.shape('delay', delay)));
  times.undelay.push(await msOf(() => instance.unshape('delay')));
  times.helperStep.push(await bare.helperStep(instance.label.instance, VICTIM));
  const { incarnation } = await instance.look(VICTIM);
  if (incarnation === null) throw new OrdealError('TARGET_FAILED', `${VICTIM} is down`);
  times.kill.push(await msOf(() => instance.crash(VICTIM, incarnation)));
  times.bareKill.push(await bare.kill());
  await instance.startNode(VICTIM);
}

async function msOf(act: () => Promise<unknown>): Promise<number> {
  const began = monotonicMs();
  await act();
  return monotonicMs() - began;
}

function report(times: Times) {
  const ms = (name: keyof Times) => rounded(median(times[name]));
  const ratio = (name: keyof Times, to: keyof Times) => rounded(median(times[name]) / median(times[to]));
  const figures = {
    killMs: ms('kill'),
    bareKillMs: ms('bareKill'),
    killRatio: ratio('kill', 'bareKill'),
    partitionMs: ms('cut'),
    partitionUndoMs: ms('uncut'),
    latencyMs: ms('delay'),
    latencyUndoMs: ms('undelay'),
    helperStepMs: ms('helperStep'),
    helperStepToPartition: ratio('helperStep', 'cut'),
    helperStepToLatency: ratio('helperStep', 'delay'),
    lifeMs: ms('cycle'),
    bareLifeMs: ms('bareCycle'),
    lifeRatio: ratio('cycle', 'bareCycle'),
  };
  const lines = [
    `node_kill, to process gone   ${figures.killMs} ms; bare kill ${figures.bareKillMs} ms: ${figures.killRatio} x`,
    `partition, on and off        ${figures.partitionMs} ms, ${figures.partitionUndoMs} ms`,
    `latency, on and off          ${figures.latencyMs} ms, ${figures.latencyUndoMs} ms`,
    `a helper container a step    ${figures.helperStepMs} ms: ${figures.helperStepToPartition} x a partition, ${figures.helperStepToLatency} x a latency`,
    `etcd, from nothing to nothing ${figures.lifeMs} ms; bare calls ${figures.bareLifeMs} ms: ${figures.lifeRatio} x`,
  ];
  return { figures, lines };
}
