// sluice/streams: the Durable Streams protocol. streams-conformance.test.mjs runs its suite.
import './streams/log.mjs';
import './streams/protocol.mjs';
import './streams/bounds.mjs';
import './streams/expiry.mjs';
import './streams/authorization.mjs';
import './streams/live.mjs';
import './streams/client.mjs';
