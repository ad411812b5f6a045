/** XML 1.0 has no way at all to write most control characters, nor half a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be replaced
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text that may come from anywhere, for XML and HTML, between tags or in a quoted attribute. */
export function escapeMarkup(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(UNWRITABLE, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
