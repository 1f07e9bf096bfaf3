export default {
  test: {
    include: ['suite.mjs'],
    // Tests of expiry wait for seconds, and all of them may do so together.
    maxConcurrency: 20,
    // They also expect that a request takes less than half a second.
    retry: 2,
    testTimeout: 50_000,
  },
};
