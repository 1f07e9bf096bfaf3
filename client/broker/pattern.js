/**
 * Returns whether a pattern matches a topic, as on the server: `*` matches one token, and `>` at
 * the end matches one or more.
 *
 * @param {string} pattern
 * @param {string} topic
 */
export function matches(pattern, topic) {
  const expected = pattern.split('.');
  const tokens = topic.split('.');
  const hasRest = expected.at(-1) === '>';
  if (hasRest) expected.pop();
  const isLongEnough = hasRest
    ? tokens.length > expected.length
    : tokens.length === expected.length;
  return isLongEnough && expected.every((token, n) => token === '*' || token === tokens[n]);
}

/** @param {string} topic */
export const isPattern = (topic) => /(^|\.)[*>](\.|$)/.test(topic);
