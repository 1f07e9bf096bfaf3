// Shared by the tests of the inspector: a server and a reader of snapshots.
import http from 'node:http';

/** Starts a `node:http` server and returns its origin. */
export async function listening(t, listener) {
  const server = http.createServer(listener);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Returns the first snapshot of a stream, then disconnects. */
export async function firstSnapshot(t, url) {
  const stop = new AbortController();
  t.after(() => stop.abort());
  const answer = await fetch(url, { signal: stop.signal });
  let text = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [, data] = /^event: ?snapshot\ndata: ?(.*)\n\n/m.exec(text) ?? [];
    if (data) return JSON.parse(data);
  }
  throw new Error(`no snapshot: ${answer.status} ${text}`);
}
