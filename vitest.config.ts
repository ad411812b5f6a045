import { defaultExclude, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** These tell what a fault does from what a starved machine does, or measure milliseconds: nothing runs beside them. */
const MEASURING = [
  'tests/every-fault.test.ts',
  'packages/faults/src/{bandwidth,faults}.test.ts',
  'packages/runtimes/src/process/lifecycle.test.ts',
  'packages/runtimes/src/link-proxy/{link-proxy,link-rate}.test.ts',
  'packages/subjects/src/postgres/{ping,subject}.test.ts',
];

/** These fill both cores with what the Docker engine does: not more than two at once. */
const IN_CONTAINERS = [
  'compose-instance',
  'crash-matrix-docker',
  'engine-outage',
  'etcd',
  'foreign-hands',
  'full-matrix',
  'guard-container',
  'operator-handles',
  'operators',
  'own-system',
  'postgres-docker',
  'redis',
  'soak',
  'test-engine',
  'tikv-double',
].map((name) => `tests/${name}.test.ts`);

/** Whole campaigns: their trials wait for most of the time, but a machine that is full breaks an SLO. */
const WHOLE = {
  testTimeout: 360_000,
  // What a fault does to a cluster depends on what else the machine has to do: once more, and it must be so.
  retry: 1,
  maxConcurrency: 2,
};

/** Vitest starts what took longest first; as long as it does not know, the longest of all, a file of one line, comes last. */
class CrashMatrixFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    const placeOf = ({ moduleId }: TestSpecification): number => (moduleId.includes('crash-matrix') ? 0 : 1);
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => groupOf(a) - groupOf(b) || placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    // Real servers on a small machine: time-outs are for hangs, not for slowness.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    sequence: { sequencer: CrashMatrixFirst },
    globalSetup: ['./tests/start-database.ts', './tests/offer-engine.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['apps/**/*.test.ts', 'packages/**/*.test.ts'],
          exclude: [...defaultExclude, ...MEASURING],
          // More than there are cores on a small machine: most of them wait for servers and processes.
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'measuring',
          include: MEASURING,
          testTimeout: 240_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...WHOLE,
          name: 'whole',
          include: ['tests/**/*.test.ts'],
          exclude: [...defaultExclude, ...MEASURING, ...IN_CONTAINERS],
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          ...WHOLE,
          name: 'containers',
          include: IN_CONTAINERS,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
