import { SSEError } from '../connection/error.js';

/**
 * @import { Answer, Session } from './post.js'
 *
 * @typedef {object} State the state that the next leader continues with
 * @property {number} version grows with every change
 * @property {Session | undefined} session
 * @property {Map<string, boolean>} topics the topics of the session. False means that the server
 *   may have the topic, because a request was not answered
 *
 * @typedef {SSEError & { topics?: string[] }} Failure
 */

/**
 * Reads the data of the event `connected`.
 *
 * @param {string} data
 * @returns {Partial<Session & { resumed: boolean }>}
 */
export function readGreeting(data) {
  try {
    return JSON.parse(data) ?? {};
  } catch {
    return {};
  }
}

/**
 * @param {string} message
 * @param {string[]} topics
 * @param {Answer} answer
 */
export function failureOf(message, topics, { status, code, cause }) {
  const reason = code ?? (status || 'no answer');
  const details = { topics, cause, ...(status > 0 && { status }) };
  const text = `${message} (${reason}): ${topics.slice(0, 5).join(', ')}`;
  return new SSEError('ERR_SSE_SUBSCRIBE', text, details);
}
