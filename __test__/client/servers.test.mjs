// The client with third-party servers, and behind a proxy.
import './servers/better-sse.mjs';
import './servers/nchan.mjs';
import './servers/nginx.mjs';
import './servers/plain.mjs';
