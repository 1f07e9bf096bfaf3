/**
 * Returns the parsed value if the text is JSON, otherwise the text itself.
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
