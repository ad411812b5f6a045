const UNITS = ['', 'K', 'M', 'G', 'T', 'P'];

/** PD writes sizes as text, rounded to four digits: `3.857GiB`, `512B`. In bytes. @throws RangeError for another text. */
export function parseSize(text: string): number {
  const [, figure, unit] = /^([\d.]+)\s?([KMGTP]?)i?B$/.exec(text) ?? [];
  const bytes = Number(figure) * 1_024 ** UNITS.indexOf(unit ?? '');
  if (!Number.isFinite(bytes)) throw new RangeError(`not a size: ${text}`);
  return bytes;
}
