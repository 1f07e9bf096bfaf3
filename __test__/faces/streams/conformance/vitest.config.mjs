export default {
  test: {
    include: ['suite.mjs'],
    // Tests spend most of their time waiting, so they run concurrently.
    sequence: { concurrent: true },
    maxConcurrency: 24,
    // Tests of expiry expect a request to take less than half a second.
    retry: 2,
    testTimeout: 50_000,
  },
};
