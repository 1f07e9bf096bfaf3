// How a process ends, or the worker thread in which the server runs.

const fail = () => new Error('on purpose');

/** Lets every stream end, so that nothing keeps the thread alive. */
function natural({ server, connections, channel }) {
  server.close();
  for (const connection of connections) connection.end();
  channel.close();
}

/** Each gets the site, and `tell`, which passes words on to the main thread. */
export const ways = {
  exit: ({ given }) => process.exit(given.code),
  throw() {
    throw fail();
  },
  reject: () => void Promise.reject(fail()),
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  natural,
  /** The main thread terminates the worker, and the process goes on. */
  terminate: (_site, tell) => tell('terminate'),
  /** The main thread exits while the worker goes on. */
  'main exit': (_site, tell) => tell('exit'),
};

/** The ways that need a worker. */
export const OF_WORKERS = ['terminate', 'main exit'];
export const WAYS = Object.keys(ways);

/** The exit code or the signal of the process. */
export function expected({ way, code }) {
  if (way === 'exit' || way === 'main exit') return code;
  if (way.startsWith('SIG')) return way;
  return way === 'throw' || way === 'reject' ? 1 : 0;
}
