// The ways to end a process, or the worker thread of its server.

const fail = () => new Error('on purpose');

/** Ends every stream, after which nothing keeps the thread alive. */
function natural({ server, connections, channel }) {
  server.close();
  for (const connection of connections) connection.end();
  channel.close();
}

/** Each function receives the site and `tell`, which sends a command to the main thread. */
export const ways = {
  exit: ({ given }) => process.exit(given.code),
  throw() {
    throw fail();
  },
  reject: () => void Promise.reject(fail()),
  SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  natural,
  /** The main thread terminates the worker, and the process keeps running. */
  terminate: (_site, tell) => tell('terminate'),
  /** The main thread exits while the worker is running. */
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
