// A rolling restart: clients of a draining process continue with another process.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../carrier/handover/program.mjs';
import { startProxy, withoutNginx } from '../../carrier/nginx/proxy.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

const skip = process.platform === 'win32' && 'Windows has no signals';
const COUNT = 100;
const RETRY = { min: 100, max: 600 };

/** A client that waits for the received `retry`, then connects to the first available process. */
class Client {
  ids = [];
  retries = [];
  ports;
  visits = [];

  constructor(ports) {
    this.ports = ports;
  }

  async run() {
    for (;;) {
      const response = await this.#connect();
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) {
        text += chunk;
        const end = text.lastIndexOf('\n\n') + 2;
        this.#read(text.slice(0, end));
        text = text.slice(end);
        if (this.isDone) return;
      }
      assert.ok(response.complete, 'a clean end');
      await sleep(this.retries.at(-1));
    }
  }

  async #connect() {
    const headers = this.ids.length > 0 ? { 'Last-Event-ID': String(this.ids.at(-1)) } : {};
    for (const port of this.ports) {
      const response = await new Promise((resolve) => {
        const request = http.get({ host: '127.0.0.1', port, headers, agent: false });
        request.once('response', resolve).once('error', () => resolve(undefined));
      });
      if (response?.statusCode !== 200) continue;
      this.visits.push(port);
      return response;
    }
    return assert.fail('no process answers');
  }

  #read(frames) {
    for (const [, id] of frames.matchAll(/^id: (\d+)$/gm)) this.ids.push(Number(id));
    for (const [, retry] of frames.matchAll(/^retry: (\d+)$/gm)) this.retries.push(Number(retry));
    if (frames.includes('data: last\n')) this.isDone = true;
  }
}

/** Returns the ports that clients try in turn. */
const fronts = {
  'without a proxy': (_t, ports) => ports,
  'behind nginx': async (t, [old, next]) => {
    const servers = `server 127.0.0.1:${old}; server 127.0.0.1:${next} backup;`;
    const proxy = await startProxy('http://pool', {
      http: `upstream pool { ${servers} }`,
      location: 'proxy_next_upstream error timeout http_503;',
    });
    t.after(proxy.stop);
    return [Number(new URL(proxy.origins.http).port)];
  },
};

for (const [place, front] of Object.entries(fronts)) {
  const options = { ...SOON, skip: skip || (place === 'behind nginx' && withoutNginx()) };
  test(
    `${place}: all clients of a restarting process continue with another one and miss no events`,
    options,
    async (t) => {
      const given = { server: 'http', publishes: true, options: { within: 1000, retry: RETRY } };
      const programs = [];
      for (let count = 0; count < 2; count += 1) {
        programs.push(await run(t, 'shutdown', { args: [JSON.stringify(given)] }));
      }
      const [old, next] = programs;
      const ports = programs.map(({ out }) => Number(/^port (\d+)/.exec(out)[1]));
      const tried = await front(t, ports);
      const clients = Array.from({ length: COUNT }, () => new Client(tried));
      const done = Promise.all(clients.map((client) => client.run()));
      await old.says(`open ${COUNT}`);

      // Both processes get every event, as if from a message queue.
      let number = 0;
      const publish = (data = 'event') => {
        for (const { child } of programs) {
          if (child.exitCode === null)
            child.stdin.write(`${JSON.stringify({ id: `${number}`, data })}\n`);
        }
        number += 1;
      };
      for (const { child } of programs) child.stdin.on('error', () => {});
      publish();
      await until(() => clients.every(({ ids }) => ids.length > 0), 'the first event');
      old.child.kill('SIGTERM');
      await until(async () => {
        publish();
        await sleep(5);
        return next.out.includes(`open ${COUNT}\n`);
      }, 'all clients at the second process');
      publish('last');
      await done;

      for (const { ids, retries, visits } of clients) {
        assert.deepEqual(ids, Array.from(ids.keys()));
        assert.equal(ids.length, number);
        assert.deepEqual(visits, [tried[0], tried.at(-1)]);
        assert.equal(retries.length, 1);
        assert.ok(retries[0] >= RETRY.min && retries[0] <= RETRY.max);
      }
      assert.equal(await old.exited, 0, old.err);
      await old.says(`done ${JSON.stringify({ connections: COUNT, ended: COUNT, destroyed: 0 })}`);
    },
  );
}
