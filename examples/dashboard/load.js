const { fork } = require('node:child_process');
const { EventEmitter } = require('node:events');
const path = require('node:path');

/**
 * The load clients run in a child process, so that they do not use the server's JavaScript thread.
 * Emits `exit` when the process ends unexpectedly.
 */
class Load extends EventEmitter {
  count = 0;
  /** @type {{ host: string, port: number, path: string } | undefined} */
  address;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /** @param {number} count */
  setCount(count) {
    this.count = count;
    if (!this.#child && count > 0) {
      this.#child = this.#fork();
    }
    this.#child?.send({ ...this.address, count });
  }

  stop() {
    const child = this.#child;
    this.#child = undefined;
    child?.disconnect();
  }

  #fork() {
    const child = fork(path.join(__dirname, 'clients.js'), { execArgv: [] });
    child.on('error', () => child.kill());
    child.on('exit', () => {
      if (this.#child === child) {
        this.#child = undefined;
        this.count = 0;
        this.emit('exit');
      }
    });
    return child;
  }
}

module.exports = { Load };
