import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

/**
 * Stays a name in the program, and fails only if it is asked for: compiled code, which packages can do without, and what
 * makes bundles.
 */
const LEFT_OUT = [/\.node$/, 'rolldown'];

const LOCK_FILES = ['pnpm-lock.yaml', 'package-lock.json', 'yarn.lock', 'bun.lock'];

const bundle = z.object({
  /** SHA-256 of each file that went into it, by path. */
  inputs: z.record(z.string(), z.string()),
  code: z.string(),
});
type Bundle = z.infer<typeof bundle>;

/**
 * A program of many modules, TypeScript or not, as one file of JavaScript that needs Node and nothing else: to be put
 * into a container. In it each module goes on knowing itself by its address here. Made anew (some 0.3 s) when a module, or
 * what the lock file says of its packages, has changed; else read from the cache.
 * @param entry the absolute path of the program's main module
 * @param cacheFolder where to keep what was made; may be deleted at any time
 * @throws what rolldown says of a program that cannot be bundled
 */
export async function bundleProgram(entry: string, cacheFolder: string): Promise<Buffer> {
  const path = join(cacheFolder, 'programs', `${sha256(entry).slice(0, 16)}.json`);
  const kept = await readBundle(path);
  if (kept !== undefined && (await isCurrent(kept))) return Buffer.from(kept.code);
  const made = await makeBundle(entry);
  await mkdir(dirname(path), { recursive: true });
  // Others may read it, or make it as well: never half of one.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(made));
  await rename(draft, path);
  return Buffer.from(made.code);
}

async function makeBundle(entry: string): Promise<Bundle> {
  // Some 80 ms and 100 MB, which nobody should pay for whom the cache serves.
  const { rolldown } = await import('rolldown');
  await using build = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'silent',
    external: LEFT_OUT,
    plugins: [{ name: 'addresses', transform: keepAddress }],
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  const [{ code, moduleIds }] = output;
  // Those that are no files are rolldown's own. How it is made is of this module.
  const paths = [...moduleIds.filter(isAbsolute), ...lockFileAbove(entry), fileURLToPath(import.meta.url)];
  const inputs = await Promise.all(paths.map(async (path) => [path, await hashOf(path)] as const));
  return { inputs: Object.fromEntries(inputs), code };
}

/** A module names its neighbours by its own address, and the bundle has another one. */
function keepAddress(code: string, id: string): string | undefined {
  if (!isAbsolute(id)) return undefined;
  // Of CommonJS, which ES modules cannot mention without making it themselves.
  if (/\b__dirname\b/.test(code) && !/\b(import|export)\b/.test(code)) {
    return `const __dirname = ${JSON.stringify(dirname(id))};${code}`;
  }
  if (!code.includes('import.meta.url')) return undefined;
  const address = JSON.stringify(pathToFileURL(id).href);
  return `const addressOfModule = ${address};${code.replaceAll('import.meta.url', 'addressOfModule')}`;
}

async function readBundle(path: string): Promise<Bundle | undefined> {
  try {
    return bundle.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Not there, of another version, broken: it is made anew, whatever the reason.
    return undefined;
  }
}

async function isCurrent({ inputs }: Bundle): Promise<boolean> {
  const same = Object.entries(inputs).map(async ([path, hash]) => (await hashOf(path)) === hash);
  return (await Promise.all(same)).every(Boolean);
}

async function hashOf(path: string): Promise<string> {
  return sha256(await readFile(path).catch(() => ''));
}

/** It decides which copy of a package a module gets, which the modules themselves do not tell. */
function lockFileAbove(entry: string): string[] {
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const found = LOCK_FILES.map((name) => join(folder, name)).filter(existsSync);
    if (found.length > 0 || folder === dirname(folder)) return found;
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
