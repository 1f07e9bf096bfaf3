// Variants of the servers in `servers/` with streams that the core compresses.

/** `connect` sends the requests of a client that accepts the coding. */
export const compressed = (server, connect, coding) => ({
  ...server,
  title: `${server.title}, compressed with ${coding}`,
  encoding: coding,
  options: { ...server.options, compress: [coding] },
  async start(handler) {
    const running = await server.start(handler);
    const clients = new Set();
    return {
      ...running,
      async connect(path, request = {}) {
        const headers = { 'Accept-Encoding': coding, ...request.headers };
        const client = await connect(running.origin, path, { ...request, headers });
        clients.add(client);
        return client;
      },
      close() {
        for (const client of clients) client.leave();
        return running.close();
      },
    };
  },
});
