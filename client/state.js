/** @import { SSEState } from './index.js' */

/** @param {SSEState} state */
export const isEnd = (state) => state === 'error' || state === 'disconnected';
