export { type Capabilities, canRun, findCapabilities } from './capabilities.ts';
export { fetchImages } from './fetch-images.ts';
export { type RunningWorker, startWorker, type WorkerOptions } from './worker.ts';
