// Runs in vitest: the conformance suite of the protocol, against the server that the environment
// names.
import { runConformanceTests } from '@durable-streams/server-conformance-tests';

runConformanceTests({ baseUrl: process.env.CONFORMANCE_TEST_URL });
