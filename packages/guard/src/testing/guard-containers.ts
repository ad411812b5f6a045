import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettings, type Settings } from '@ordeal/config';
import { DEFAULT_TIMING, type Timing, waitFor } from '@ordeal/core';
import { type TestEngine, type TestImage, testEngine } from '@ordeal/runtimes/testing-engine';
import type { GuardClient } from '../client/guard-client.ts';
import { type GuardContainerOptions, startGuardContainer } from '../client/start-guard-container.ts';

/** Nobody beats here, and a busy machine takes longer than a lease. */
const UNHURRIED: Timing = { ...DEFAULT_TIMING, guardLeaseMs: 120_000, executionLeaseMs: 130_000 };

const SETTINGS_FILE = fileURLToPath(new URL('own-settings.ts', import.meta.url));

/** A place of its own on the engine of the tests, in which guards can live in containers; emptied at the end. */
export class GuardContainers implements AsyncDisposable {
  readonly place = `test-${randomBytes(4).toString('hex')}/engine/guards`;
  readonly #engine: TestEngine;
  readonly #images: Readonly<Record<string, string>>;
  readonly #settings: Settings;
  readonly #clients: GuardClient[] = [];
  readonly #networks: ReturnType<TestEngine['docker']['getNetwork']>[] = [];

  private constructor(engine: TestEngine, images: readonly TestImage[], settings: Settings) {
    this.#settings = settings;
    this.#engine = engine;
    this.#images = Object.fromEntries(images.map((name) => [name, engine.image(name)]));
  }

  static async create(...images: readonly TestImage[]): Promise<GuardContainers> {
    const all = ['helper', ...images] as const;
    return new GuardContainers(await testEngine(...all), all, await readSettings(SETTINGS_FILE));
  }

  /** For {@link startGuardContainer}. */
  get options(): GuardContainerOptions {
    const docker = { ...this.#settings.docker, images: this.#images, subnets: '10.204.0.0/16' };
    const shared = join(tmpdir(), 'ordeal-test-programs');
    return {
      folders: { home: shared, data: shared, shared },
      settings: { ...this.#settings, docker },
      place: this.place,
      timing: UNHURRIED,
    };
  }

  async start(options: Partial<GuardContainerOptions> = {}): Promise<GuardClient> {
    const client = await startGuardContainer({ ...this.options, ...options });
    this.#clients.push(client);
    return client;
  }

  /** A network as the guard would make it for an instance, of which no journal tells; its name. */
  async makeNetwork(guard: string, place = this.place): Promise<string> {
    const name = `ordeal-${guard}-${randomBytes(4).toString('hex')}`;
    const network = await this.#engine.docker.createNetwork({
      Name: name,
      Internal: true,
      Labels: {
        'ordeal.instance': name,
        'ordeal.owner': guard,
        'ordeal.trial': '2',
        'ordeal.execution': '1',
        'ordeal.place': place,
      },
    });
    this.#networks.push(network);
    return name;
  }

  /** Removes those that are still there. */
  async removeNetworks(): Promise<void> {
    await Promise.all(this.#networks.map((network) => network.remove().catch(() => {})));
  }

  /** Names of containers and networks of the place: guards, and what they have made. */
  async present(place = this.place): Promise<string[]> {
    const { docker } = this.#engine;
    const filters = { label: [`ordeal.place=${place}`] };
    const [containers, networks] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
    ]);
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { docker } = this.#engine;
    await Promise.all(this.#clients.map((client) => client.kill().catch(() => {})));
    const filters = { label: [`ordeal.place=${this.place}`] };
    const containers = await docker.listContainers({ all: true, filters });
    await Promise.all(
      containers.map(({ Id }) =>
        docker
          .getContainer(Id)
          .remove({ force: true, v: true })
          .catch(() => {}),
      ),
    );
    for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
    await this.removeNetworks();
    const { Volumes: volumes } = await docker.listVolumes({ filters });
    for (const { Name } of volumes) {
      // A container that has just gone may hold it for another moment.
      await waitFor(
        'the volume is removed',
        () =>
          docker
            .getVolume(Name)
            .remove()
            .then(
              () => true,
              () => undefined,
            ),
        {
          timeoutMs: 10_000,
        },
      );
    }
  }
}
