import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../examples/chat/start.js', import.meta.url));

/** Runs the chat, optionally on the port of an earlier one. */
export async function startChat(t, port = 0) {
  const server = spawn(process.execPath, [program], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lastly = [];
  t.after(() => {
    try {
      for (const check of lastly) check();
    } finally {
      server.kill('SIGKILL');
    }
  });
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  const origin = line.match(/http:\S+/)[0];
  return {
    origin,
    port: Number(new URL(origin).port),
    /** Adds a check that runs at the end, before the server is stopped. */
    lastly: (check) => lastly.push(check),
    async stop(signal = 'SIGTERM') {
      const exit = once(server, 'exit');
      server.kill(signal);
      return exit;
    },
  };
}

/** A person without a page, who uses only requests. */
export async function newPerson(origin) {
  const { headers } = await fetch(origin);
  const [given] = headers.getSetCookie();
  let cookie = given.split(';')[0];
  const request = async (path, init = {}) => {
    const response = await fetch(`${origin}/${path}`, {
      ...init,
      headers: { cookie, ...init.headers },
    });
    for (const changed of response.headers.getSetCookie()) cookie = changed.split(';')[0];
    return response;
  };
  return {
    given,
    get cookie() {
      return cookie;
    },
    request,
    room: async () => (await request('room')).json(),
    post: (path, body = {}, headers = {}) =>
      request(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
