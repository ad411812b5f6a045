import type { ImageLaunch, NodeSpec, ProgramLaunch } from '@ordeal/core';
import type Docker from 'dockerode';
import { archiveOf } from '../engine/archive.ts';
import { labelsOf } from '../engine/labels.ts';
import { type DockerSite, nameIn } from '../site.ts';
import { HELPER_IMAGE } from './helper-image.ts';

const PROGRAM_PATH = '/ordeal/program.mjs';

/** A launch that we make the container of ourselves. */
type MadeLaunch = ImageLaunch | ProgramLaunch;

export interface TargetOptions {
  readonly spec: NodeSpec;
  readonly launch: MadeLaunch;
  /** The container whose network namespace it lives in. */
  readonly helper: string;
  readonly volume: string | undefined;
}

/** Creates the container of the node itself, as its subject wants it: no rights and no tools are added. Gives its id. */
export async function createTarget(site: DockerSite, options: TargetOptions): Promise<string> {
  const { engine, label, place } = site;
  const { spec, launch, helper } = options;
  const { id } = await engine.call('create a node', (docker, abortSignal) =>
    docker.createContainer({
      name: nameIn(site, spec.name),
      Labels: labelsOf(label, place, spec.name),
      Env: Object.entries(launch.env).map(([name, value]) => `${name}=${value}`),
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: `container:${helper}`,
        // Its supervisor is the runtime. A fault must not have to race with the engine.
        RestartPolicy: { Name: 'no' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
        Mounts: mountsOf(options),
      },
      ...programOf(site, launch),
      abortSignal,
    }),
  );
  const files = await filesOf(site, launch);
  if (Object.keys(files).length > 0) {
    const archive = await archiveOf(files);
    await engine.call('copy files into a node', (docker, abortSignal) =>
      docker.getContainer(id).putArchive(archive, { path: '/', abortSignal }),
    );
  }
  return id;
}

function mountsOf({ launch, volume }: TargetOptions): Docker.MountConfig {
  if (volume === undefined || launch.dataPath === undefined) return [];
  return [{ Type: 'volume', Source: volume, Target: launch.dataPath }];
}

function programOf(
  { imageOf }: DockerSite,
  launch: MadeLaunch,
): Pick<Docker.ContainerCreateOptions, 'Image' | 'Entrypoint' | 'Cmd'> {
  switch (launch.kind) {
    case 'program':
      return { Image: imageOf(HELPER_IMAGE), Entrypoint: ['node', PROGRAM_PATH], Cmd: [...launch.args] };
    case 'image':
      return {
        Image: imageOf(launch.image),
        Cmd: [...launch.args],
        ...(launch.entrypoint === undefined ? {} : { Entrypoint: [...launch.entrypoint] }),
      };
  }
}

async function filesOf({ bundle }: DockerSite, launch: MadeLaunch): Promise<Record<string, string | Buffer>> {
  switch (launch.kind) {
    case 'program':
      return { [PROGRAM_PATH]: await bundle(launch.module) };
    case 'image':
      return { ...launch.files };
  }
}
