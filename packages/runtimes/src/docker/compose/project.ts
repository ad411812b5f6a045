import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { composeModel, findCompose, NO_COMPOSE, runCompose } from '@ordeal/compose';
import { type ComposeFile, deadlineSignal, type InstanceLabel, OrdealError, waitFor } from '@ordeal/core';
import { processesIn, signalProcess } from '@ordeal/place';
import { labelsOf } from '../engine/labels.ts';
import { type DockerSite, nameIn } from '../site.ts';
import { instanceFile, type ServiceNode } from './instance-file.ts';

const KILL_DEADLINE_MS = 5_000;
/** What compose had asked the engine for when it was killed has come into being by then. */
const ENGINE_SETTLES_MS = 1_000;

/**
 * An instance's services, as a compose project of their own. Compose makes and starts the containers, in the order and
 * under the conditions of the user's file; from then on they are nodes like all others, and they are removed by their
 * labels, for which nobody needs compose.
 */
export class ComposeProject {
  readonly #file: ComposeFile;
  readonly #label: InstanceLabel;
  #isUp = false;

  constructor(file: ComposeFile, label: InstanceLabel) {
    this.#file = file;
    this.#label = label;
  }

  /**
   * Resolves when compose has started everything. The helpers run by then.
   * @throws OrdealError UNSUPPORTED without compose, TARGET_FAILED with its last lines, DEADLINE; the signal's reason
   */
  async up(
    site: DockerSite,
    nodes: readonly ServiceNode[],
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const program = await findCompose();
    if (program === undefined) throw new OrdealError('UNSUPPORTED', NO_COMPOSE);
    const { path, resolved, jobs } = this.#file;
    const model = composeModel.parse(resolved);
    const labels = labelsOf(this.#label, site.place);
    const content = instanceFile({ model, jobs, nodes, network: site.network, labels });
    // All of JSON is YAML.
    const file = join(folderOf(this.#label), 'compose.yaml');
    await mkdir(folderOf(this.#label), { recursive: true });
    // For ourselves alone: passwords that the user's file takes from the environment are written out in it.
    await writeFile(file, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    const budget = deadlineSignal(budgetMs, signal);
    await runCompose(program, ['-p', nameIn(site), '-f', file, 'up', '-d', '--no-build'], {
      cwd: folderOf(this.#label),
      signal: budget,
      engine: await site.engine.host(),
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!budget.aborted) throw error;
      const message = `compose has not started ${path} within ${budgetMs / 1000} s`;
      throw new OrdealError('DEADLINE', message, { cause: error });
    });
    this.#isUp = true;
  }

  /** Nothing of compose's is at work afterwards, and its file is gone; the containers are somebody else's to remove. */
  async end(): Promise<void> {
    if (this.#isUp) await deleteFile(this.#label);
    else await endCompose(this.#label);
  }
}

/** The same for an instance whose guard is gone. Idempotent. */
export async function endCompose(label: InstanceLabel): Promise<void> {
  const folder = folderOf(label);
  // Somebody may have deleted the folder under compose.
  if (!existsSync(folder) && processesIn(folder).length === 0) return;
  await waitFor(
    'compose has ended',
    () => {
      const left = processesIn(folder);
      for (const identity of left) signalProcess(identity, 'SIGKILL');
      return left.length === 0 || undefined;
    },
    { timeoutMs: KILL_DEADLINE_MS },
  );
  await delay(ENGINE_SETTLES_MS);
  await deleteFile(label);
}

async function deleteFile(label: InstanceLabel): Promise<void> {
  await rm(folderOf(label), { recursive: true, force: true });
  // Ours is all that there is in it on this runtime; else it stays.
  await rmdir(label.folder).catch(() => {});
}

/** The working directory of what we run: by it an orphan of a killed guard is found. */
function folderOf({ folder }: InstanceLabel): string {
  return join(folder, 'compose');
}
