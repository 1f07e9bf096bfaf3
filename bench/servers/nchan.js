// nginx with nchan. It has as many workers as sluice has shards here, and events come from this
// process over nchan's publisher location. The figures of CPU and memory are those of the workers.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { run } = require('../control.js');
const { MODULE, PROGRAM } = require('../nchan.js');

/** The shards that sluice starts by default. */
const WORKERS = Math.min(Math.max(os.availableParallelism() - 1, 1), 4);
/** The time limit for nginx to start, in milliseconds. */
const PATIENCE = 10_000;

// The queue of pipelined events must not be truncated. 500 events are kept, as in the other
// servers.
const configuration = (directory, port) => `
load_module ${MODULE};
daemon off;
worker_processes ${WORKERS};
worker_rlimit_nofile 20000;
error_log stderr emerg;
pid ${directory}/pid;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_buffer_size 1m;
  client_max_body_size 1m;
  client_body_temp_path ${directory};
  proxy_temp_path ${directory};
  fastcgi_temp_path ${directory};
  uwsgi_temp_path ${directory};
  scgi_temp_path ${directory};
  keepalive_requests 100000000;
  keepalive_timeout 3600;
  nchan_shared_memory_size 256m;
  nchan_message_buffer_length 501;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish {
      nchan_publisher;
      nchan_channel_id events;
    }
    location = /status {
      nchan_stub_status;
    }
    location / {
      nchan_subscriber eventsource;
      nchan_channel_id events;
      nchan_subscriber_first_message newest;
    }
  }
}
`;

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The text of a file of a process, or an empty text if the process has ended. */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The ids of the child processes of a process, such as the workers of nginx. */
const childrenOf = (parent) =>
  fs
    .readdirSync('/proc')
    .filter((name) => Number(read(`/proc/${name}/stat`).split(') ')[1]?.split(' ')[1]) === parent);

/** Resolves with the ids of the workers. nginx ends with this process. */
async function start(port) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-'));
  const file = path.join(directory, 'nginx.conf');
  fs.writeFileSync(file, configuration(directory, port));
  const stdio = ['ignore', 'ignore', 'inherit'];
  const nginx = spawn('setpriv', ['--pdeathsig', 'TERM', PROGRAM, '-c', file], { stdio });
  const deadline = Date.now() + PATIENCE;
  const workers = () => childrenOf(nginx.pid);
  // The workers start after nginx has read and written all its files.
  while (workers().length < WORKERS) {
    if (Date.now() > deadline || nginx.exitCode !== null) throw new Error('nginx did not start');
    await sleep(20);
  }
  fs.rmSync(directory, { recursive: true });
  return workers();
}

/** Microseconds. */
const cpuOf = (pid) => Number(read(`/proc/${pid}/schedstat`).split(' ')[0]) / 1000;

/** Bytes. */
const residentOf = (pid) => Number(/^VmRSS:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))[1]) * 1024;

const request = (method, headers, body = '') =>
  `${method} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

async function main() {
  const port = await freePort();
  const workers = await start(port);
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const sum = (figure) => workers.map(figure).reduce((total, value) => total + value, 0);
  let cpuAtBegin = 0;
  let answered = '';
  socket.setEncoding('latin1').on('data', (text) => {
    if (/^HTTP\/1\.1 [45]/m.test(text)) throw new Error(`nchan refused an event: ${text}`);
    answered = (answered + text).slice(-1000);
  });

  async function count() {
    answered = '';
    socket.write(request('GET /status', ''));
    while (!/\nsubscribers: \d+\n/.test(answered)) await once(socket, 'data');
    return Number(/\nsubscribers: (\d+)/.exec(answered)[1]);
  }

  await run({
    port,
    count,
    // Events are pipelined: they wait for buffer space, but not for a response.
    broadcast: ({ event, data }) => {
      const headers = `Content-Type: text/plain\r\nX-EventSource-Event: ${event}\r\n`;
      const hasRoom = socket.write(request('POST /publish', headers, JSON.stringify(data)));
      return hasRoom ? undefined : once(socket, 'drain');
    },
    commands: {
      begin() {
        cpuAtBegin = sum(cpuOf);
        return { begun: true };
      },
      usage: () => ({ cpu: sum(cpuOf) - cpuAtBegin }),
      memory: () => ({ rss: sum(residentOf) }),
    },
  });
}

main();
