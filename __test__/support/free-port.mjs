import { once } from 'node:events';
import net from 'node:net';

/**
 * Ports below those that the system gives to whoever asks for any. So nobody is given one between
 * the moment that it is found free and the moment that a program listens on it. Each process of
 * tests has some of its own.
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

/** A port of 127.0.0.1 for a program that has to be told its port. */
export async function freePort() {
  for (let tried = 0; tried < PORTS; tried += 1) {
    const port = first + next;
    next = (next + 1) % PORTS;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first} to ${first + PORTS - 1} is free`);
}
