// A fake model that sends a test's words through the API that examples/tokens/model.js reads.
import { once } from 'node:events';
import http from 'node:http';
import { until } from '../../support/until.mjs';

export async function startModel(t) {
  const requests = [];
  const server = http.createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req.setEncoding('utf8')) body += chunk;
    const { model, stream, messages } = JSON.parse(body);
    const request = { url: req.url, key: req.headers.authorization, model, stream, messages, res };
    res.on('close', () => {
      request.isClosed = true;
    });
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.flushHeaders();
    requests.push(request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address();
  return {
    env: {
      OPENAI_API_KEY: 'a key',
      OPENAI_MODEL: 'a model',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    },
    /** Resolves with the request of the next question. */
    async asked() {
      await until(() => requests.length > 0, 'a question');
      const request = requests.shift();
      const say = (choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
      return {
        ...request,
        isClosed: () => request.isClosed === true,
        give(...words) {
          // A network chunk can end within a line.
          const text = words.map((content) => say({ delta: { content } })).join('');
          request.res.write(text.slice(0, 9));
          setImmediate(() => request.res.write(text.slice(9)));
        },
        end: () => request.res.end(`${say({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`),
      };
    },
  };
}
