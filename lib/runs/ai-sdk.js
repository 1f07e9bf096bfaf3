'use strict';

/**
 * The format of AI SDK 7: chunks as event data, for `useChat` and `WorkflowChatTransport`.
 */

/** @import { RunEvent, RunFormat } from '../../runs.js' */

/** For each type of delta, the field that identifies its part, and the field with its text. */
const DELTAS = new Map([
  ['text-delta', ['id', 'delta']],
  ['reasoning-delta', ['id', 'delta']],
  ['tool-input-delta', ['toolCallId', 'inputTextDelta']],
]);

/** @type {RunFormat} */
const aiSdk = {
  headers: ({ id, events = 0 }) => ({
    'x-vercel-ai-ui-message-stream': 'v1',
    'x-workflow-run-id': headerOf(id),
    'x-workflow-stream-tail-index': String(events - 1),
  }),
  done: { data: '[DONE]' },
  // Without a `finish` chunk, WorkflowChatTransport would reconnect again and again.
  failed: () => [
    { data: { type: 'error', errorText: 'The answer could not be completed.' } },
    { data: { type: 'finish', finishReason: 'error' } },
  ],
  stopped: () => [{ data: { type: 'abort' } }, { data: { type: 'finish', finishReason: 'other' } }],
  noneStatus: 204,
  replayFinished: false,
  compact,
};

/**
 * WorkflowChatTransport encodes the id in its URLs. A header may contain visible ASCII only.
 * @param {string} id
 */
const headerOf = (id) => (/^[\x21-\x7e]+$/.test(id) ? id : encodeURIComponent(id));

/**
 * Joins neighbouring deltas of one part. Each joined event has the id of its last delta, so a
 * reader that disconnects in between resumes at the right place.
 * @param {RunEvent[]} events
 */
function compact(events) {
  /** @type {RunEvent[]} */
  const compacted = [];
  /** @type {{ event: RunEvent, chunk: any, key: string, pieces: string[] } | undefined} */
  let open;
  const close = () => {
    if (!open) return;
    const [, grown] = /** @type {string[]} */ (DELTAS.get(open.chunk.type));
    const data = JSON.stringify({ ...open.chunk, [grown]: open.pieces.join('') });
    compacted.push({ ...open.event, data });
    open = undefined;
  };
  for (const event of events) {
    const delta = readDelta(event);
    if (!delta) {
      close();
      compacted.push(event);
    } else if (open?.key === delta.key) {
      open.pieces.push(delta.piece);
      open.event = event;
    } else {
      close();
      open = { event, chunk: delta.chunk, key: delta.key, pieces: [delta.piece] };
    }
  }
  close();
  return compacted;
}

/**
 * Reads a delta of only a part and a text. Other deltas may carry metadata, and stay unchanged.
 * @param {RunEvent} event
 */
function readDelta({ event, data }) {
  // Skips the parsing of most chunks that are not deltas.
  if (event !== undefined || !data.includes('-delta"')) return undefined;
  /** @type {any} */
  let chunk;
  try {
    chunk = JSON.parse(data);
  } catch {
    return undefined;
  }
  const [part, grown] = DELTAS.get(chunk?.type) ?? [];
  if (part === undefined || grown === undefined || Object.keys(chunk).length !== 3)
    return undefined;
  if (typeof chunk[part] !== 'string' || typeof chunk[grown] !== 'string') return undefined;
  return { chunk, key: JSON.stringify([chunk.type, chunk[part]]), piece: chunk[grown] };
}

module.exports = { aiSdk };
