import type { Command } from 'commander';

interface CommandModule {
  /** What it adds, in the order of the help. */
  readonly names: readonly string[];
  /** Loads it with all that it needs. */
  load(): Promise<(program: Command) => void>;
}

export const COMMAND_MODULES: readonly CommandModule[] = [
  { names: ['quickstart'], load: async () => (await import('./quickstart.ts')).addQuickstart },
  { names: ['enqueue'], load: async () => (await import('./enqueue.ts')).addEnqueue },
  { names: ['worker'], load: async () => (await import('./worker.ts')).addWorker },
  { names: ['node'], load: async () => (await import('./node.ts')).addNode },
  { names: ['list', 'show', 'trial'], load: async () => (await import('./read.ts')).addReaders },
  { names: ['analyze'], load: async () => (await import('./analyze.ts')).addAnalyze },
  { names: ['compare'], load: async () => (await import('./compare.ts')).addCompare },
  { names: ['plan'], load: async () => (await import('./plan.ts')).addPlan },
  { names: ['report'], load: async () => (await import('./report.ts')).addReport },
  { names: ['status'], load: async () => (await import('./status.ts')).addStatus },
  {
    names: ['pause', 'resume', 'retry', 'cancel'],
    load: async () => (await import('./control.ts')).addControl,
  },
  { names: ['watch'], load: async () => (await import('./watch.ts')).addWatch },
  { names: ['up', 'down'], load: async () => (await import('./embedded.ts')).addEmbedded },
  { names: ['dashboard'], load: async () => (await import('./dashboard.ts')).addDashboard },
  { names: ['doctor'], load: async () => (await import('./doctor.ts')).addDoctor },
  { names: ['schema'], load: async () => (await import('./schema.ts')).addSchema },
];

/**
 * Adds the command that was called, or all of them for the help and for suggestions. Few commands need more than a third of
 * what all of them need together, and loading is most of what a short one takes.
 */
export async function addCommands(program: Command, called: string | undefined): Promise<void> {
  const own = COMMAND_MODULES.filter(({ names }) => names.includes(called ?? ''));
  for (const { load } of own.length > 0 ? own : COMMAND_MODULES) (await load())(program);
}
