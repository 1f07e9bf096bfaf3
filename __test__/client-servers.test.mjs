// The client with servers that were not written here, and behind one.
import './client-servers/better-sse.mjs';
import './client-servers/nchan.mjs';
import './client-servers/nginx.mjs';
import './client-servers/plain.mjs';
