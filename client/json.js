/**
 * The value where a text is JSON, else the text.
 *
 * @param {string} text
 * @returns {unknown}
 */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
