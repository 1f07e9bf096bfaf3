// Starts Redis, four processes of one application, nginx in front of them, and some clients:
// node examples/cluster/start.js
const { fork } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { accepts, freePort, requirePrograms, runProgram } = require('./programs');
const { writeConfiguration } = require('./nginx');

const NODES = ['a', 'b', 'c', 'd'];
/** The time until a killed process is restarted, in milliseconds. */
const AWAY = 4000;

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-cluster-'));
const nodes = new Map();
const others = [];
let isStopping = false;

function stop(code = 0) {
  if (isStopping) return;
  isStopping = true;
  const children = [...nodes.values(), ...others];
  const kill = (signal) => {
    for (const child of children) child.kill(signal);
  };
  kill('SIGTERM');
  // Kill the processes that do not exit in time.
  setTimeout(() => kill('SIGKILL'), 2000).unref();
  const ended = children.map((child) => {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    return isOver || new Promise((resolve) => child.once('exit', resolve));
  });
  Promise.all(ended).then(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
}

/** Registers a helper process. When it exits, the example stops. */
function keep(name, child) {
  others.push(child);
  child.once('exit', () => {
    if (isStopping) return;
    console.error(`${name} has ended: see above`);
    stop(1);
  });
}

/** Announces a state to the pages of all processes, through a running process. */
function announce(name, state) {
  const [teller] = [...nodes].filter(([other]) => other !== name).map(([, child]) => child);
  if (teller?.connected) teller.send({ node: name, state });
}

function startNode(name, port, redis) {
  const child = fork(path.join(__dirname, 'node.js'), [name, String(port), redis]);
  nodes.set(name, child);
  // A page of any process may ask to kill any other process.
  child.on('message', ({ kill }) => nodes.get(kill)?.kill('SIGKILL'));
  child.once('exit', () => {
    if (isStopping) return;
    nodes.delete(name);
    announce(name, 'killed');
    setTimeout(() => isStopping || startNode(name, port, redis), AWAY);
  });
  return new Promise((resolve) => child.once('message', resolve));
}

async function main() {
  const programs = requirePrograms('redis-server', 'nginx');
  const redisPort = await freePort();
  const redis = `redis://127.0.0.1:${redisPort}`;
  const server = ['--port', redisPort, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  keep('redis-server', runProgram(programs.get('redis-server'), server));

  const ports = [];
  for (const _name of NODES) ports.push(await freePort());
  await Promise.all(NODES.map((name, at) => startNode(name, ports[at], redis)));

  const port = Number(process.env.PORT || 3000) || (await freePort());
  const file = writeConfiguration(folder, port, ports);
  keep('nginx', runProgram(programs.get('nginx'), ['-p', folder, '-c', file]));
  await accepts(port);

  const url = `http://127.0.0.1:${port}`;
  keep('clients', fork(path.join(__dirname, 'clients.mjs'), [url]));
  console.log(`sluice cluster: ${url}`);
}

process.once('SIGINT', () => stop());
process.once('SIGTERM', () => stop());
main().catch((error) => {
  console.error(error.message);
  stop(1);
});
