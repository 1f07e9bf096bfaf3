// sluice/streams: the Durable Streams protocol. The conformance suite of the protocol has a file of
// its own.
import './streams/log.mjs';
import './streams/protocol.mjs';
import './streams/bounds.mjs';
import './streams/expiry.mjs';
import './streams/authorization.mjs';
import './streams/live.mjs';
import './streams/client.mjs';
