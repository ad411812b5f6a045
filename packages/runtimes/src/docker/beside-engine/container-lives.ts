import { Engine } from '../engine/engine.ts';
import { statusOf } from '../engine/engine-error.ts';
import { incarnationOf } from '../node/incarnation.ts';

/** Who lives among the containers of an engine, each life of one named by container and start. */
export interface ContainerLives {
  /** The identity of the life that a container has now. @throws OrdealError TARGET_FAILED when there is no such container */
  identityOf(container: string): Promise<string>;
  /** @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE: an engine that is away says nothing of its containers */
  isAlive(identity: string): Promise<boolean>;
}

/** @param address of the engine, as in the settings */
export function containerLives(address: string | undefined): ContainerLives {
  const engine = new Engine(address);
  const inspect = (container: string) =>
    engine.call('inspect a container', (docker, abortSignal) =>
      docker.getContainer(container).inspect({ abortSignal }),
    );
  return {
    async identityOf(container) {
      return incarnationOf(await inspect(container));
    },
    async isAlive(identity) {
      const [container = ''] = identity.split('@');
      try {
        const seen = await inspect(container);
        return seen.State.Running && incarnationOf(seen) === identity;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw error;
      }
    },
  };
}
