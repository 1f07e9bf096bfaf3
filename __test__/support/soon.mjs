/** The timeout of a test. It only guards against hanging: slow machines need far less time. */
export const SOON = { timeout: 240_000 };
