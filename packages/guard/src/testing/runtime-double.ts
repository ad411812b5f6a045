import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Instance,
  type InstanceLabel,
  type InstanceRequest,
  type LoadLine,
  monotonicMs,
  type NodeEvent,
  type NodeView,
  type Runtime,
  waitFor,
} from '@ordeal/core';
import { processesIn, signalProcess } from '@ordeal/place';

const LOAD_EVERY_MS = 10;

/**
 * A test double of a runtime: an instance is a folder with one sleeping process in it, and its client's load goes
 * as well as it is told to. Every act goes to `record`.
 */
export class RuntimeDouble implements Runtime {
  readonly name = 'process';
  readonly instances = new Map<string, InstanceDouble>();
  readonly record: (act: string) => void;
  /** A start waits for it, unless its signal fires. */
  startMayEnd: Promise<void> = Promise.resolve();
  /** What a start has asked its engine for comes all the same, once this has resolved. */
  engineAnswers: Promise<void> = Promise.resolve();
  /** What the removal of an instance takes. */
  removalMs = 0;

  constructor(record: (act: string) => void) {
    this.record = record;
  }

  async start({ label, subject }: InstanceRequest, signal: AbortSignal): Promise<Instance> {
    this.record(`start ${label.trial}#${label.execution}`);
    await Promise.race([
      this.startMayEnd,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
    await this.engineAnswers;
    await mkdir(label.folder, { recursive: true });
    const instance = new InstanceDouble(label, subject.topology, this.record, this.removalMs);
    this.instances.set(label.trial, instance);
    return instance;
  }

  async removeLeftovers(label: InstanceLabel): Promise<boolean> {
    this.record(`leftovers ${label.trial}#${label.execution}`);
    for (const identity of processesIn(label.folder)) signalProcess(identity, 'SIGKILL');
    await waitFor('no process is left', () => processesIn(label.folder).length === 0 || undefined, {
      timeoutMs: 5_000,
    });
    await rm(label.folder, { recursive: true, force: true });
    return !existsSync(label.folder);
  }
}

export class InstanceDouble implements Instance {
  readonly label: InstanceLabel;
  readonly topology: Instance['topology'];
  readonly observer = { address: () => ({ host: '127.0.0.1', port: 1 }), monotonicMs };
  /** How the load goes, and what a whole-sample says; a sample waits for `answers`. */
  loadIsOk = true;
  isWhole = true;
  answers: Promise<void> = Promise.resolve();
  /** Writes that were acknowledged and are gone, by their numbers: 1, 2, 3, ... */
  readonly lost = new Set<number>();
  #acknowledged = 0;
  readonly #record: (act: string) => void;
  readonly #removalMs: number;
  readonly #node: ChildProcess;
  readonly #load: NodeJS.Timeout;
  readonly #loadListeners = new Set<(line: LoadLine) => void>();
  readonly #nodeListeners = new Set<(event: NodeEvent) => void>();

  constructor(
    label: InstanceLabel,
    topology: Instance['topology'],
    record: (act: string) => void,
    removalMs: number,
  ) {
    this.#removalMs = removalMs;
    this.label = label;
    this.topology = topology;
    this.#record = record;
    this.#node = spawn('sleep', ['600'], { cwd: label.folder, stdio: 'ignore', detached: true });
    this.#load = setInterval(() => {
      const write = this.loadIsOk ? { ok: true, ack: ++this.#acknowledged } : { ok: false };
      for (const tell of this.#loadListeners) {
        tell({ op: 'read', ok: this.loadIsOk, ms: 1 });
        tell({ op: 'write', ms: 1, ...write });
      }
    }, LOAD_EVERY_MS);
  }

  nodes(): readonly NodeView[] {
    return this.topology.nodes.map(({ name, role }) => ({ name, role, incarnation: '1@1' }));
  }
  onLoad(listener: (line: LoadLine) => void): () => void {
    this.#loadListeners.add(listener);
    return () => this.#loadListeners.delete(listener);
  }
  onNode(listener: (event: NodeEvent) => void): () => void {
    this.#nodeListeners.add(listener);
    return () => this.#nodeListeners.delete(listener);
  }
  tellNode(event: NodeEvent): void {
    for (const tell of this.#nodeListeners) tell(event);
  }
  async remove(): Promise<void> {
    clearInterval(this.#load);
    await delay(this.#removalMs);
    this.#node.kill('SIGKILL');
    await rm(this.label.folder, { recursive: true, force: true });
    this.#record(`remove ${this.label.trial}#${this.label.execution}`);
  }

  // No fault double uses the primitives below.
  look = async () => ({ incarnation: '1@1', members: 1, stopped: 0, quickDeaths: 0 });
  dial = () => ({ host: '127.0.0.1', port: 1 });
  crash = async () => {};
  hold = async () => {};
  release = async () => {};
  pause = async () => {};
  resume = async () => {};
  startNode = async () => {};
  takeBack = async () => {};
  restart = async () => {};
  exec = async () => ({ exitCode: 0, output: '' });
  logs = async () => '';
  shape = async () => {};
  unshape = async () => {};
  fill = async () => {};
  free = async () => {};
  squeeze = async () => {};
  relax = async () => {};
  lookAtLimits = async () => ({
    cpuShare: null,
    throttledPeriods: 0,
    memoryLimitBytes: null,
    memoryUsedBytes: 0,
  });
  lookAtVolume = async () => ({ sizeBytes: 1, usedBytes: 0, isFull: false, filledBytes: {} });
}
