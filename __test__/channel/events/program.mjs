// Programs that must exit.

import { once } from 'node:events';
import http from 'node:http';
import { sluice } from '../../support/site.mjs';

const { Channel, Connection, configure, drain } = sluice;

const programs = {
  async wait() {
    const events = new Channel().events();
    console.log('waits');
    await events.next();
    console.log('never');
  },

  async end() {
    const first = new Channel();
    const broken = first.events();
    first.send({ data: 1 });
    await broken.return();
    console.log('broke off');

    const channel = new Channel();
    const [ending, aborted] = [channel.events(), new AbortController()];
    const waiting = collect(channel.events());
    const leaving = channel.events({ signal: aborted.signal }).next();
    channel.send({ data: 1 });
    channel.send({ data: 2 });
    aborted.abort();
    channel.close();
    console.log(`ends: ${await collect(ending)}`);
    console.log(`ends while it waits: ${await waiting}`);
    if ((await leaving).done) console.log('aborted');

    const last = new Channel();
    const lasting = collect(last.events());
    last.end({ data: 'last' });
    console.log(await lasting);
  },

  async limits() {
    configure({ maxConnections: 1 });
    const channel = new Channel();
    const loops = [channel.events(), channel.events()];
    const server = http.createServer((req, res) => {
      try {
        channel.add(new Connection(req, res));
      } catch (error) {
        res.end(error.code);
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${server.address().port}`;
    await fetch(origin);
    const refused = await (await fetch(origin)).text();
    console.log(JSON.stringify({ members: channel.count(), refused }));
    for (const events of loops) await events.return();
    process.exit();
  },

  async drain() {
    const channel = new Channel();
    const events = channel.events();
    channel.send({ data: 1 });
    channel.send({ data: 2 });
    const data = [];
    const reading = (async () => {
      for await (const event of events) data.push(event.data);
    })();
    await drain({ within: 1 });
    await reading;
    let refused;
    try {
      channel.events();
    } catch (error) {
      refused = error.code;
    }
    console.log(JSON.stringify({ data, refused }));
  },
};

async function collect(events) {
  const data = [];
  for await (const event of events) data.push(event.data);
  return data.join(' ');
}

await programs[process.argv[2]]();
