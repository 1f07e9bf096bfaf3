// The client with servers that were not written here, and behind one.
import './servers/better-sse.mjs';
import './servers/nchan.mjs';
import './servers/nginx.mjs';
import './servers/plain.mjs';
