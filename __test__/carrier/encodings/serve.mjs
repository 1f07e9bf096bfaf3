import http from 'node:http';
import zlib from 'node:zlib';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { sluice } from '../../support/site.mjs';

/** Starts a server of `node:http` whose requests open connections. */
export async function serve(t, options, before = () => {}) {
  const connections = [];
  const server = http.createServer((req, res) => {
    const connection = new sluice.Connection(req, res, { ping: false, ...options });
    connections.push(connection);
    before(connection);
  });
  const running = await listen(server, 'http', connectHTTP1);
  t.after(() => running.close());
  const open = async (accepted, headers) => {
    const all = { ...(accepted !== undefined && { 'Accept-Encoding': accepted }), ...headers };
    const client = await running.connect('/', { headers: all });
    return { client, connection: connections.at(-1) };
  };
  return { ...running, port: server.address().port, open, connections };
}

export const unpack = { gzip: zlib.gunzipSync, zstd: zlib.zstdDecompressSync };
