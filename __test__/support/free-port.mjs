// Finds free ports for programs that cannot choose one themselves.
import { once } from 'node:events';
import net from 'node:net';

/**
 * Ports per test process. They are below the range from which the system assigns ports, so it
 * assigns none of them between the check and the start of the program. Each process has its own
 * ports.
 */
const PORTS = 20;
const first = 10_000 + (process.pid % 1000) * PORTS;
let next = 0;

async function isFree(port) {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Returns a free port of 127.0.0.1. */
export async function freePort() {
  for (let tried = 0; tried < PORTS; tried += 1) {
    const port = first + next;
    next = (next + 1) % PORTS;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first} to ${first + PORTS - 1} is free`);
}
