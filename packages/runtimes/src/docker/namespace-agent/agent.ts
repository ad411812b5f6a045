import { Volume } from '../../volume/volume.ts';
import { NamespaceLinks } from './namespace-links.ts';
import type { AgentRequest, AgentVerb, AgentVerbs } from './protocol.ts';
import { Relays } from './relays.ts';

type Answer = AgentVerbs[AgentVerb]['answer'];

/** What can be done to one node from inside its network namespace, and to its data where that is mounted. */
export class NamespaceAgent {
  readonly #links = new NamespaceLinks();
  readonly #relays = new Relays();
  readonly #volumes = new Map<string, Volume>();

  /** Does what is asked. @throws OrdealError, see the parts */
  async answer(request: AgentRequest): Promise<Answer> {
    switch (request.verb) {
      case 'relay':
        return { port: await this.#relays.open(request.to) };
      case 'shape':
        return { how: await this.#links.shape(request.injection, request.rules) };
      case 'unshape':
        await this.#links.unshape(request.injection);
        return {};
      case 'look':
        return { ...(await this.#links.look()), relays: await this.#relays.look() };
      case 'fill':
        await this.#volume(request.path).fill(request.injection, request.percent);
        return {};
      case 'free':
        await this.#volume(request.path).free(request.injection);
        return {};
      case 'volume':
        return this.#volume(request.path).look();
    }
  }

  /** Takes away what an agent that was killed has left here. */
  clear(): Promise<void> {
    return this.#links.clear();
  }

  /** Undoes all that it has done, as far as it can. @throws AggregateError of what could not be undone */
  async close(): Promise<void> {
    const volumes = [...this.#volumes.values()].map((volume) => volume.close());
    const ended = await Promise.allSettled([this.#links.close(), this.#relays.close(), ...volumes]);
    const failed = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (failed.length > 0) throw new AggregateError(failed, 'not all is undone');
  }

  #volume(path: string): Volume {
    const volume = this.#volumes.get(path) ?? new Volume(path);
    this.#volumes.set(path, volume);
    return volume;
  }
}
