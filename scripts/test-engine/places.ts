/** Images and layers, kept from one run to the next: making them takes minutes. */
export const ENGINE_DATA = '/var/cache/ordeal-test/engine';

/** Everything else of the tests' own engine; removed with it. */
export const ENGINE_RUN = '/run/ordeal-test';

export const ENGINE_HOST = `unix://${ENGINE_RUN}/engine.sock`;

/**
 * Where the engine's keeper listens: an abstract socket, so that one process at most is the keeper, and a killed one
 * leaves nothing in the way.
 */
export const KEEPER_SOCKET = '\0ordeal-test-engine';

/** What the keeper tells whoever holds the engine, as one line of JSON: `DOCKER_HOST`, or why there is no engine. */
export type KeeperAnswer = { readonly host: string } | { readonly error: string };
