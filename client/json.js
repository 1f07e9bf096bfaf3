/** What JSON can begin with. A throw is slow, and most texts are spared one. */
const START = /^["[{\d\-tfn]/;

/**
 * The value where a text is JSON, else the text.
 *
 * @param {string} text
 * @returns {unknown}
 */
export function parse(text) {
  if (!START.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
