import type { ComposeModel, ComposeService } from './model.ts';

export interface SharingOptions {
  /** Folders of this machine that services may write to stay shared by all instances. */
  readonly keepsFolders: boolean;
}

/** What of the file's would be shared by instances that run at once, or with our helpers, each with what to do about it. */
export function sharedThings(model: ComposeModel, { keepsFolders }: SharingOptions): string[] {
  const outside = (['networks', 'volumes'] as const).flatMap((kind) =>
    Object.entries(model[kind] ?? {})
      .filter(
        ([, entry]) => entry?.external !== undefined && entry.external !== false && entry.external !== null,
      )
      .map(
        ([name]) =>
          `${kind}.${name} is external: every instance needs its own. Take \`external\` out, and let the file make it`,
      ),
  );
  const services = Object.entries(model.services)
    .filter(([, { profiles }]) => (profiles ?? []).length === 0)
    .flatMap(([name, service]) => [
      ...networkModeOf(service).map(
        (mode) => `services.${name} has network_mode ${mode}: faults need a network of its own. Take it out`,
      ),
      ...networkSysctlsOf(service).map(
        (key) => `services.${name} sets ${key}: its network is another container's. Take it out`,
      ),
      ...(keepsFolders ? [] : writableFolders(service)).map(
        (folder) =>
          `services.${name} may write to ${folder}, which all instances would share: mount it read-only (\`:ro\`), use a named volume, or say sharedFolders: 'kept'`,
      ),
    ]);
  return [...outside, ...services];
}

function networkModeOf({ network_mode: mode }: ComposeService): string[] {
  return mode === undefined || mode === null || mode === 'default' ? [] : [mode];
}

function networkSysctlsOf({ sysctls }: ComposeService): string[] {
  const keys = Array.isArray(sysctls)
    ? sysctls.map((line) => line.split('=')[0] ?? '')
    : Object.keys(sysctls ?? {});
  return keys.filter((key) => key.startsWith('net.'));
}

function writableFolders({ volumes }: ComposeService): string[] {
  return (volumes ?? []).flatMap((entry) => {
    if (typeof entry !== 'string') {
      return entry.type === 'bind' && entry.read_only !== true ? [entry.source ?? ''] : [];
    }
    const [source = '', target, mode = ''] = entry.split(':');
    const isFolder = target !== undefined && /^[./~]/.test(source);
    return isFolder && !mode.split(',').includes('ro') ? [source] : [];
  });
}
