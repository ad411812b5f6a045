import { RealGuards } from '@ordeal/guard/testing';
import { placeId } from '@ordeal/place';
import { TEST_ENGINE_TIMEOUT_MS, testEngine, whyNoTestEngine } from '@ordeal/runtimes/testing-engine';
import { expect, it } from 'vitest';
import { planSweep, sweep } from './sweep.ts';
import { emptySite } from './testing-site.ts';

const why = whyNoTestEngine();

it.skipIf(why !== undefined)(
  `what labels on the engine tell of dead guards here is swept, and nothing else${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    const { docker, image } = await testEngine('helper');
    await using guards = await RealGuards.create();
    const alive = await guards.spawn();
    const here = placeId(guards.folders);
    const mine = (guard: string, place = here) => ({
      'ordeal.instance': `${guard}-of-${alive.guard}`,
      'ordeal.owner': guard,
      'ordeal.trial': '7',
      'ordeal.execution': '2',
      'ordeal.place': place,
    });
    const all = {
      dead: mine('g0000000a'),
      // Made by a guard that lives, and in no journal yet.
      living: mine(alive.guard),
      elsewhere: mine('g0000000b', here.replace(/.$/, '-')),
      unlabelled: {},
    };
    await using made = new AsyncDisposableStack();
    for (const [name, Labels] of Object.entries(all)) {
      const Name = `${name}-of-${alive.guard}`;
      const network = await docker.createNetwork({ Name, Internal: true, Labels });
      made.defer(() => network.remove().catch(() => {}));
      const volume = await docker.createVolume({ Name, Labels });
      made.defer(() => volume.remove().catch(() => {}));
      const container = await docker.createContainer({
        name: Name,
        Image: image('helper'),
        Cmd: ['true'],
        Labels,
      });
      made.defer(() => container.remove({ force: true }).catch(() => {}));
    }
    const present = async () => {
      const filters = { name: [`-of-${alive.guard}`] };
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
      ]);
      const names = [
        ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
        ...[...networks, ...volumes].map(({ Name }) => Name),
      ];
      return names.map((name) => name.split('-')[0]).sort();
    };
    const before = await present();
    const site = emptySite({ folders: guards.folders });

    const left = { trial: '7', execution: 2, injections: [] };
    expect(await planSweep(site)).toEqual([{ ...left, clean: null }]);
    expect(await present()).toEqual(before);
    expect(await sweep(site)).toEqual([{ ...left, clean: true }]);
    expect(before.length).toBe(3 * 4);
    expect(await present()).toEqual(before.filter((name) => name !== 'dead'));
    expect(await sweep(site)).toEqual([]);
  },
  TEST_ENGINE_TIMEOUT_MS,
);
