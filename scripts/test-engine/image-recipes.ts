import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TestImage } from '@ordeal/runtimes/testing-engine';

/** The two that others build upon are no use to a test. */
export type ImageName = TestImage | 'base' | 'node';

/** How an image is built upon another one. */
export interface Recipe {
  readonly from: ImageName;
  readonly dockerfile: URL;
  /** For the Dockerfile's COPY. */
  readonly files: readonly string[];
  /** What the files contain, in few words: a change of it builds the image again. */
  readonly filesVersion: string;
}

/** mmdebstrap(1): the least that apt runs on, without the papers that no test reads. */
export const BASE_ARGUMENTS: readonly string[] = [
  '--variant=apt',
  '--aptopt=Apt::Install-Recommends "false"',
  '--aptopt=Acquire::Languages "none"',
  '--dpkgopt=force-unsafe-io',
  '--dpkgopt=path-exclude=/usr/share/doc/*',
  '--dpkgopt=path-exclude=/usr/share/man/*',
  '--dpkgopt=path-exclude=/usr/share/locale/*',
  'bookworm',
  '-',
  'http://deb.debian.org/debian',
];

const nodePackage = createRequire(import.meta.url).resolve('node/package.json');

const RECIPES: Readonly<Record<Exclude<ImageName, 'base'>, Recipe>> = {
  node: {
    from: 'base',
    dockerfile: testDockerfile('node'),
    files: [join(dirname(nodePackage), 'bin', 'node')],
    filesVersion: JSON.parse(readFileSync(nodePackage, 'utf8')).version,
  },
  helper: {
    from: 'node',
    dockerfile: new URL('../../ops/docker/helper/Dockerfile', import.meta.url),
    files: [],
    filesVersion: '',
  },
  etcd: onlyPackages('etcd'),
  redis: onlyPackages('redis'),
  postgres: onlyPackages('postgres'),
};

/** Undefined for the base, which is made from Debian packages alone. */
export function recipeOf(name: ImageName): Recipe | undefined {
  return name === 'base' ? undefined : RECIPES[name];
}

/**
 * A tag that changes when anything does that goes into the image, the images it builds upon included: so checkouts
 * with other recipes share an engine in peace, and no published image is tagged over.
 */
export function referenceOf(name: ImageName): string {
  return `ordeal-test/${name}:${keyOf(name)}`;
}

function keyOf(name: ImageName): string {
  const recipe = recipeOf(name);
  const inputs =
    recipe === undefined
      ? BASE_ARGUMENTS
      : [keyOf(recipe.from), readFileSync(recipe.dockerfile, 'utf8'), recipe.filesVersion];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 16);
}

function onlyPackages(name: string): Recipe {
  return { from: 'base', dockerfile: testDockerfile(name), files: [], filesVersion: '' };
}

function testDockerfile(name: string): URL {
  return new URL(`../test-images/${name}/Dockerfile`, import.meta.url);
}
