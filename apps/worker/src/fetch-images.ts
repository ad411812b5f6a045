import type { Settings } from '@ordeal/config';
import { ensureImages, missingAbilities } from '@ordeal/runtimes';

/**
 * Sees to it that the Docker engine, where there is one and the settings offer it, has the images of the subjects.
 * Before a worker asks what it can run: what is not there then, it does not offer.
 * @param names which subjects; default: all that run on docker
 * @param say is told what is pulled and built, and what could not be
 * @throws the signal's reason
 */
export async function fetchImages(
  { docker, repertoire }: Settings,
  names: readonly string[] | undefined,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = names ?? Object.keys(repertoire.catalogue.subjects);
  const subjects = wanted
    .map((name) => repertoire.subjectOf(name))
    .filter((subject) => subject?.prepareContainer !== undefined)
    .filter((subject) => subject !== undefined);
  if (!docker.offered || subjects.length === 0) return;
  if ((await missingAbilities('docker', docker)).signals !== undefined) return;
  for (const failure of await ensureImages(docker, subjects, say, signal)) say(failure);
}
