export default {
  test: {
    include: ['suite.mjs'],
    // Most of the time is waited for, so tests run at the same time.
    sequence: { concurrent: true },
    maxConcurrency: 24,
    // Tests of expiry expect that a request takes less than half a second.
    retry: 2,
    testTimeout: 50_000,
  },
};
