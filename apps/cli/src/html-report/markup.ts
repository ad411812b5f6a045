import { escapeMarkup } from '../reports/escape-markup.ts';

/** Text that is markup already. Made by {@link html} only, so that nothing gets into the page unescaped. */
class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

type Part = Markup | string | number | null | undefined | false | readonly Part[];

/**
 * Markup with its values escaped; a list is put together, and null, undefined and false leave nothing.
 *
 * @example html`<td title="${name}">${values.map((value) => html`<b>${value}</b>`)}</td>`
 */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.map((text, index) => text + written(parts[index])).join(''));
}

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeMarkup(String(part));
  return part.map(written).join('');
}
