import { SSEError } from './error.js';

/**
 * @typedef {{ event: string, topic: string | undefined, data: string | undefined, id: string |
 *   undefined, lastEventId: string }} Block
 *   A block without `data` is not an event: it only sets the cursor. `id` and `topic` are undefined
 *   if the block has none. The field `topic` is an extension: a broker names the event's topic.
 */

const LINE_END = /\r\n|\r|\n/;
const FIELD = /^([^:]*)(?:: ?(.*))?$/s;
/** Names of the fields of an event. Other fields and comments are ignored. */
const COUNTS = /^(data|event|id|retry)(:|$)/;
/**
 * Parses bytes into events, as in WHATWG HTML, section 9.2.6. The client has its own parser for two
 * reasons: a page can load these files without a bundler or an import map, and memory is bounded
 * before lines are joined.
 *
 * As in browsers, but unlike the standard, an event without an id keeps the cursor of the previous
 * connection. A `retry` of more than 15 digits is ignored.
 *
 * @param {{
 *   maxEventSize: number,
 *   lastEventId: string,
 *   onBlock(block: Block): void,
 *   onRetry(milliseconds: number): void,
 * }} options
 * @returns {(bytes: Uint8Array) => void}
 */
export function createParser({ maxEventSize, lastEventId, onBlock, onRetry }) {
  // Removes the byte order mark here: some decoders keep it when its bytes arrive one by one.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** A character to ignore if it comes next: a byte order mark, or the LF of a CRLF. */
  let ignored = '\uFEFF';
  let unfinished = '';
  /** True if the rest of the unfinished line is ignored. */
  let isSkipping = false;

  let event = '';
  /** @type {string | undefined} */
  let topic;
  /** @type {string | undefined} */
  let id;
  /** @type {string | undefined} */
  let data;
  /** Total length of the data lines, in characters. */
  let size = 0;

  /**
   * Returns true if a line, or the beginning of one, exceeds the limit and can be ignored. Throws
   * if it exceeds the limit and belongs to an event.
   *
   * @param {string} line
   */
  function isExcess(line) {
    if (size + line.length <= maxEventSize) return false;
    if (!COUNTS.test(line)) return true;
    const message = `an event has more than ${maxEventSize} characters`;
    throw new SSEError('ERR_SSE_EVENT_SIZE', message, { fatal: true });
  }

  /** @param {string} line */
  function take(line) {
    if (line === '') return finish();
    if (isExcess(line)) return;
    const [, name, value = ''] = /** @type {string[]} */ (line.match(FIELD));
    if (name === 'data') {
      size += line.length;
      data = data === undefined ? value : `${data}\n${value}`;
    } else if (name === 'event') {
      event = value;
    } else if (name === 'topic') {
      topic = value;
    } else if (name === 'id' && !value.includes('\0')) {
      id = value;
    } else if (name === 'retry' && /^\d{1,15}$/.test(value)) {
      onRetry(Number(value));
    }
  }

  function finish() {
    lastEventId = id ?? lastEventId;
    const block = { event: event || 'message', topic, data, id, lastEventId };
    event = '';
    topic = id = data = undefined;
    size = 0;
    if ((block.data ?? block.id) !== undefined) onBlock(block);
  }

  return (bytes) => {
    let text = decoder.decode(bytes, { stream: true });
    if (text === '') return;
    if (text[0] === ignored) text = text.slice(1);
    // A CR ends its line at once. An LF at the start of the next bytes belongs to that line end.
    ignored = text.endsWith('\r') ? '\n' : '';

    const lines = text.split(LINE_END);
    if (!isSkipping) lines[0] = unfinished + lines[0];
    else if (lines.length > 1) lines.shift();
    else return;
    unfinished = /** @type {string} */ (lines.pop());
    for (const line of lines) take(line);
    // The shortest prefix of a line that identifies its field.
    isSkipping = unfinished.length > 6 && isExcess(unfinished);
    if (isSkipping) unfinished = '';
  };
}
