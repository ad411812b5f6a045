import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { deadlineSignal } from '@ordeal/core';
import type Docker from 'dockerode';
import { BASE_ARGUMENTS, type ImageName, type Recipe, recipeOf, referenceOf } from './image-recipes.ts';

const BUILD_TIMEOUT_MS = 600_000;
const OLD_SECONDS = 7 * 24 * 3_600;

/** Builds the test images that an engine lacks, each at most once. */
export class ImageBuilder {
  readonly #docker: Docker;
  readonly #say: (line: string) => void;
  readonly #ready = new Map<ImageName, Promise<string>>();

  /** @param say told when the building of an image begins and ends, because it takes minutes */
  constructor(docker: Docker, say: (line: string) => void) {
    this.#docker = docker;
    this.#say = say;
  }

  /**
   * The reference of the image, once the engine has it.
   * @throws Error with the end of the build's output when it fails
   */
  ready(name: ImageName): Promise<string> {
    let ready = this.#ready.get(name);
    if (ready === undefined) {
      ready = this.#make(name);
      this.#ready.set(name, ready);
    }
    return ready;
  }

  async #make(name: ImageName): Promise<string> {
    const reference = referenceOf(name);
    if (await this.#isPresent(reference)) return reference;
    const recipe = recipeOf(name);
    if (recipe !== undefined) await this.ready(recipe.from);
    this.#say(`Building the test image ${reference}, once; the engine keeps it ...`);
    const began = performance.now();
    if (recipe === undefined) await this.#importBase(reference);
    else await this.#build(reference, recipe);
    await this.#removeOld(name);
    this.#say(`Built ${reference} in ${Math.round((performance.now() - began) / 1_000)} s`);
    return reference;
  }

  async #isPresent(reference: string): Promise<boolean> {
    try {
      await this.#docker.getImage(reference).inspect();
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  /** Of other recipes; what is built upon, or runs, stays. A checkout that still wants one builds it again. */
  async #removeOld(name: ImageName): Promise<void> {
    const images = await this.#docker.listImages({ filters: { reference: [`ordeal-test/${name}`] } });
    const old = images.filter(({ Created }) => Created < Date.now() / 1_000 - OLD_SECONDS);
    for (const reference of old.flatMap(({ RepoTags }) => RepoTags ?? [])) {
      try {
        await this.#docker.getImage(reference).remove();
      } catch (error) {
        if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
      }
    }
  }

  async #importBase(reference: string): Promise<void> {
    const signal = deadlineSignal(BUILD_TIMEOUT_MS);
    const program = spawn('mmdebstrap', BASE_ARGUMENTS, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    const exited = once(program, 'exit');
    const log = text(program.stderr);
    const imported = this.#docker.importImage(program.stdout, {
      repo: reference,
      changes: [
        'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'ENV DEBIAN_FRONTEND=noninteractive',
      ],
      abortSignal: signal,
    });
    const [[code], stream] = await Promise.all([exited, imported]);
    if (code !== 0) throw new Error(`mmdebstrap failed:\n${lastLines(await log)}`);
    await this.#follow(stream);
  }

  async #build(reference: string, recipe: Recipe): Promise<void> {
    const context = await mkdtemp(join(tmpdir(), 'ordeal-image-'));
    try {
      const files = [recipe.dockerfile, ...recipe.files];
      const names = files.map((file) => basename(String(file)));
      await Promise.all(files.map((file, index) => copyFile(file, join(context, names[index] ?? ''))));
      const stream = await this.#docker.buildImage(
        { context, src: names },
        {
          t: reference,
          buildargs: { BASE: referenceOf(recipe.from) },
          // The tests' own engine has no default network.
          networkmode: 'host',
          forcerm: true,
          abortSignal: deadlineSignal(BUILD_TIMEOUT_MS),
        },
      );
      await this.#follow(stream);
    } finally {
      await rm(context, { recursive: true, force: true });
    }
  }

  /** The engine answers 200 before it builds: whether it failed is said in the stream. */
  async #follow(stream: NodeJS.ReadableStream): Promise<void> {
    const lines = (await text(stream)).split('\n').filter((line) => line.trim() !== '');
    const steps = lines.map((line): { stream?: string; error?: string } => JSON.parse(line));
    const failed = steps.find((step) => step.error !== undefined);
    if (failed === undefined) return;
    const output = steps.map((step) => step.stream ?? '').join('');
    throw new Error(`the engine could not build it: ${failed.error}\n${lastLines(output)}`);
  }
}

function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-20).join('\n');
}

function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode;
}
