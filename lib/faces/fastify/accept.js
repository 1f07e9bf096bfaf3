'use strict';

/**
 * A range of media types that a client accepts. `specificity` counts the parts of the type that are
 * not wildcards.
 * @typedef {{ type: string, quality: number, specificity: 0 | 1 | 2 }} MediaRange
 */

const EVENT_STREAM = ['*/*', 'text/*', 'text/event-stream'];
/** Elements of a list, and parameters of an element, may contain their separators in quotes. */
const ELEMENT = /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g;
const PARAMETER = /(?:[^;"]|"(?:\\.|[^"\\])*"?)+/g;

/**
 * @param {string} element
 * @returns {MediaRange}
 */
function mediaRange(element) {
  const [first = '', ...parameters] = element.match(PARAMETER) ?? [];
  const type = first.trim().toLowerCase();
  const weight = parameters.find((parameter) => /^\s*q\s*=/i.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.slice(weight.indexOf('=') + 1));
  return {
    type,
    quality: quality >= 0 && quality <= 1 ? quality : 0,
    specificity: type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2,
  };
}

/**
 * Whether a request accepts `text/event-stream` (RFC 9110, section 12.5.1), and whether it asks for
 * it. A client asks for the type if it names the type and prefers no other range to it. Most tools
 * send a range for everything, yet cannot read a stream.
 * @param {string | undefined} header the request's `Accept`
 */
function eventStreamPreference(header) {
  const ranges = header?.trim() ? (header.match(ELEMENT) ?? []).map(mediaRange) : [];
  if (ranges.length === 0) return { accepted: true, asked: false };
  const own = ranges
    .filter(({ type }) => EVENT_STREAM.includes(type))
    .sort((one, other) => other.specificity - one.specificity || other.quality - one.quality)[0];
  const accepted = own !== undefined && own.quality > 0;
  const asked =
    accepted && own.specificity === 2 && ranges.every(({ quality }) => quality <= own.quality);
  return { accepted, asked };
}

module.exports = { eventStreamPreference };
