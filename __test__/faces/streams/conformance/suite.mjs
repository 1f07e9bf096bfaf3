// Runs in vitest: the conformance suite of the protocol, against the server in the environment.
import { runConformanceTests } from '@durable-streams/server-conformance-tests';

runConformanceTests({ baseUrl: process.env.CONFORMANCE_TEST_URL });
