// Runs clients that connect, close or reset their connection, and reconnect with their cursor. Each
// client checks its received events.
import net from 'node:net';

const [port, count, seed] = process.argv.slice(2).map(Number);
const faults = [];
let returns = 0;
let leaving = true;

/** A small seeded random generator (mulberry32) for reproducible failures. */
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let value = Math.imul(state ^ (state >>> 15), 1 | state);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
}

/** Every tenth client stays from the first event to the last. */
const stays = (number) => number % 10 === 0;

class Client {
  /** The id of the latest event, or 0 before the first one. */
  cursor = 0;
  open = false;

  constructor(number) {
    this.number = number;
  }

  connect() {
    const cursor = this.cursor ? `Last-Event-ID: ${this.cursor}\r\n` : '';
    let text = '';
    const socket = net.connect(port, '127.0.0.1');
    socket.setEncoding('latin1');
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${cursor}\r\n`);
    socket.on('data', (chunk) => {
      if (this.socket !== socket) return;
      text += chunk;
      const head = this.open ? 0 : text.indexOf('\r\n\r\n') + 4;
      if (head === 3) return;
      this.open = true;
      const end = text.lastIndexOf('\n\n') + 2;
      if (end <= head) return;
      for (const [, id, data] of text.slice(head, end).matchAll(/id: (\d+)\ndata: (\d+)\n\n/g)) {
        this.see(Number(id), Number(data));
      }
      text = text.slice(end);
    });
    socket.on('error', (error) => this.lost(socket, error.code));
    socket.on('close', () => this.lost(socket, 'closed'));
    this.socket = socket;
  }

  see(id, data) {
    const first = this.cursor === 0 && !stays(this.number);
    const follows = first || id === this.cursor + 1;
    if (!follows || id !== data) {
      faults.push(`client ${this.number} got ${id} (${data}) after ${this.cursor}`);
    }
    this.cursor = id;
  }

  lost(socket, why) {
    if (this.socket === socket) faults.push(`client ${this.number} was disconnected: ${why}`);
  }

  leave() {
    const { socket } = this;
    this.open = false;
    this.socket = undefined;
    if (random() < 0.5) socket.resetAndDestroy();
    else socket.end(() => socket.destroy());
  }
}

const clients = Array.from({ length: count }, (_, number) => new Client(number));

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

for (const [number, client] of clients.entries()) {
  client.connect();
  // Do not connect more clients at once than the server's backlog can hold.
  if (number % 100 === 99)
    await until(() => clients.slice(0, number + 1).every(({ open }) => open));
}
await until(() => clients.every(({ open }) => open));
process.send({ connected: count });

const restless = setInterval(() => {
  for (let n = 0; n < count / 60 && leaving; n += 1) {
    const client = clients[Math.floor(random() * count)];
    if (stays(client.number) || !client.open || !client.socket) continue;
    client.leave();
    setTimeout(() => client.connect(), random() * 60);
    returns += 1;
    if (returns === Math.ceil(count / 2)) process.send({ returns });
  }
}, 30);

process.on('message', async ({ last }) => {
  leaving = false;
  clearInterval(restless);
  const latest = Date.now() + 120_000;
  const complete = ({ number, cursor, open }) =>
    open && (cursor === last || (!stays(number) && cursor === 0));
  await until(() => clients.every(complete) || Date.now() > latest);
  for (const client of clients) {
    if (!complete(client))
      faults.push(`client ${client.number} got nothing after ${client.cursor}`);
  }
  for (const client of clients) client.leave();
  process.send({ faults: faults.slice(0, 10), returns }, () => process.disconnect());
});
