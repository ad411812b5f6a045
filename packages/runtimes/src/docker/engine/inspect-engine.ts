import { statfs } from 'node:fs/promises';
import type { Subject } from '@ordeal/core';
import { type GuardHome, type GuardHomeSettings, guardHome } from '../beside-engine/guard-home.ts';
import { HELPER_IMAGE } from '../node/helper-image.ts';
import { imagesOf } from '../prepare-launches.ts';
import type { EngineSettings } from '../why-not.ts';
import { isRemoteAddress } from './connection.ts';
import { Engine } from './engine.ts';
import { hasImage, referenceOf } from './images.ts';
import { inspectPool, type PoolInspection } from './inspect-pool.ts';
import { type HelperTrial, tryHelper } from './try-helper.ts';

const ANSWER_WITHIN_MS = 5_000;

/** An engine as far as it matters for trials. Of what it does not tell: undefined. */
export interface EngineInspection {
  /** For people. */
  readonly address: string;
  /** Reached over the network, and not through a socket of this machine. */
  readonly isRemote: boolean;
  /** Where a worker of this folder keeps its guard. */
  readonly guardHome: GuardHome;
  readonly version: string;
  /** Of the containers: `linux`, `windows`. */
  readonly system: string;
  /** Without root's rights: containers then live in a network of their own, which nobody outside can dial into. */
  readonly isRootless: boolean;
  readonly cgroupVersion: string | undefined;
  /** Where the engine keeps images and containers; undefined when that is not on this machine. */
  readonly freeBytes: number | undefined;
  /** References of images that the subjects need and the engine does not have. */
  readonly missingImages: readonly string[];
  readonly pool: PoolInspection;
  /** What a helper could do there; undefined when its image is missing. */
  readonly helper: HelperTrial | undefined;
}

/**
 * What the engine says of itself, and what a container can do on it, which is made for that and gone right after.
 * @throws OrdealError ENGINE_UNAVAILABLE, DEADLINE
 */
export async function inspectEngine(
  settings: EngineSettings & GuardHomeSettings & { readonly subnets: string },
  subjects: readonly Subject[],
): Promise<EngineInspection> {
  const engine = new Engine(settings.engine);
  const isRemote = isRemoteAddress(engine.address);
  const options = { timeoutMs: ANSWER_WITHIN_MS };
  const version = await engine.call('tell its version', (docker) => docker.version(), options);
  const info: EngineInfo = await engine.call('tell of itself', (docker) => docker.info(), options);
  const references = [...new Set(subjects.flatMap(imagesOf).map(referenceOf(settings.images)))];
  const missing = await Promise.all(
    references.map(async (reference) => ((await hasImage(engine, reference)) ? [] : [reference])),
  );
  const helper = referenceOf(settings.images)(HELPER_IMAGE);
  return {
    address: engine.address,
    isRemote,
    guardHome: await guardHome(settings),
    version: version.Version,
    system: info.OSType ?? 'linux',
    isRootless: info.SecurityOptions?.some((option) => option.includes('rootless')) ?? false,
    cgroupVersion: info.CgroupVersion,
    freeBytes:
      info.DockerRootDir === undefined || isRemote ? undefined : await freeBytesAt(info.DockerRootDir),
    missingImages: missing.flat(),
    pool: await inspectPool(engine, settings.subnets),
    helper: missing.flat().includes(helper) ? undefined : await tryHelper(engine, helper),
  };
}

/** What we read of `GET /info`, which the client leaves untyped. */
interface EngineInfo {
  readonly OSType?: string;
  readonly SecurityOptions?: readonly string[];
  readonly CgroupVersion?: string;
  readonly DockerRootDir?: string;
}

async function freeBytesAt(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
