/** Guards against hanging alone: far longer than any test takes on a slow, busy machine. */
export const SOON = { timeout: 240_000 };
