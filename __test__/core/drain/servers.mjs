// The servers for the drain tests: both transports, TLS and HTTP/2.

import * as nodeHttp from '../../support/servers/node-http.mjs';
import * as nodeHttpStream from '../../support/servers/node-http-stream.mjs';
import * as nodeHttp2 from '../../support/servers/node-http2.mjs';
import * as nodeHttps from '../../support/servers/node-https.mjs';

export const servers = [nodeHttp, nodeHttpStream, nodeHttps, nodeHttp2];
