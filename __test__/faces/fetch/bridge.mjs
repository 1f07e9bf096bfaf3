import { once } from 'node:events';

/**
 * A Node request listener of a function from `Request` to `Response`, in the way of the frameworks
 * that pipe bodies.
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
