import { basename, join } from 'node:path';

// A test of the engine itself gives it other folders, and a network namespace for the sake of its abstract socket.
const elsewhere = process.env.ORDEAL_TEST_ENGINE_FOLDER;

/** Images and layers, kept from one run to the next: making them takes minutes. */
export const ENGINE_DATA = join(elsewhere ?? '/var/cache/ordeal-test', 'engine');

/** Everything else of the tests' own engine; removed with it. */
export const ENGINE_RUN = elsewhere === undefined ? '/run/ordeal-test' : join(elsewhere, 'run');

/** Of the containers; undefined: the usual one, which goes by itself but for the engines that a test kills. */
export const ENGINE_CGROUP = elsewhere === undefined ? undefined : basename(elsewhere);

export const ENGINE_HOST = `unix://${ENGINE_RUN}/engine.sock`;

/**
 * Where the engine's keeper listens: an abstract socket, so that one process at most is the keeper, and a killed one
 * leaves nothing in the way.
 */
export const KEEPER_SOCKET = '\0ordeal-test-engine';

/** What the keeper tells whoever holds the engine, as one line of JSON: `DOCKER_HOST`, or why there is no engine. */
export type KeeperAnswer = { readonly host: string } | { readonly error: string };
