import type { ComposeService } from './model.ts';

/** The TCP ports that a service listens on, as far as its file tells: ascending, each once. */
export function portNumbers({ ports, expose }: ComposeService): number[] {
  const published = (ports ?? []).flatMap((entry) => {
    if (typeof entry !== 'object') return numbersIn(String(entry));
    return numbersIn(`${entry.target}/${entry.protocol ?? 'tcp'}`);
  });
  const exposed = (expose ?? []).flatMap((entry) => numbersIn(String(entry)));
  return [...new Set([...published, ...exposed])].toSorted((left, right) => left - right);
}

/** `[[address:]published:]target[-last][/protocol]`: the target, or all of a range. */
function numbersIn(text: string): number[] {
  const [, first, last, protocol = 'tcp'] = /(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text) ?? [];
  if (first === undefined || protocol !== 'tcp') return [];
  const length = Number(last ?? first) - Number(first) + 1;
  return Array.from({ length }, (_, index) => Number(first) + index);
}
