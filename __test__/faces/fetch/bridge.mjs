import { once } from 'node:events';

/**
 * Turns a function from `Request` to `Response` into a Node request listener, as frameworks that
 * pipe bodies do.
 */
export function bridge(handler) {
  return async (req, res) => {
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const { method, headers, url } = req;
    const { signal } = gone;
    const request = new Request(`http://localhost${url}`, { method, headers, signal });
    const response = await handler(request);
    res.writeHead(response.status, Object.fromEntries(response.headers));
    res.flushHeaders();
    await response.body?.pipeTo(sink(res, signal), { signal }).catch(() => {});
    res.end();
  };
}

function sink(res, signal) {
  return new WritableStream({
    write: (chunk) => (res.write(chunk) ? undefined : once(res, 'drain', { signal })),
    abort: () => res.destroy(),
  });
}
