export { type Capabilities, canRun, findCapabilities } from './capabilities.ts';
export { type RunningWorker, startWorker, type WorkerOptions } from './worker.ts';
