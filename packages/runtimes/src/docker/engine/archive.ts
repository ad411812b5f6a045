import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** Files by absolute path, as the archive that the engine unpacks at the root of a container. Readable by all. */
export async function archiveOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [path, content] of Object.entries(files)) {
    archive.entry({ name: path.replace(/^\/+/, ''), mode: 0o644 }, content);
  }
  archive.finalize();
  return buffer(archive);
}
