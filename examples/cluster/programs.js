// Finds and runs the programs that the example needs in addition to Node.js.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const net = require('node:net');
const path = require('node:path');

/** Debian installs servers in a folder that is only in the PATH of root. */
const FOLDERS = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/sbin', '/usr/bin');

/** @param {...string} names */
function requirePrograms(...names) {
  const found = new Map();
  for (const name of names) {
    const file = FOLDERS.map((folder) => path.join(folder, name)).find(existsSync);
    if (file) found.set(name, file);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  const packages = missing.join(' ');
  throw new Error(`missing: ${packages}. On Debian or Ubuntu: apt-get install ${packages}`);
}

/**
 * @param {string} file
 * @param {(string | number)[]} args
 */
function runProgram(file, args) {
  return spawn(file, args.map(String), { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Resolves when a program accepts connections.
 * @param {number} port
 * @returns {Promise<void>}
 */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', () => setTimeout(() => resolve(accepts(port)), 20));
  });
}

module.exports = { accepts, freePort, requirePrograms, runProgram };
