// The process of a `Node`, which executes the commands of the tests.

const shared = {
  /** Blocks JavaScript for that time. */
  block: ({ milliseconds }) => {
    process.send({ blocking: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  },
};

/** Answers each message with the result of the command that it names. */
export function obey(given) {
  const commands = { ...shared, ...given };
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ number, name, ...words }) => {
    try {
      process.send({ number, answer: await commands[name](words) });
    } catch (error) {
      process.send({ number, code: error.code, message: error.message });
    }
  });
}

/** Sends the port of the server to the tests. */
export const tellPort = (server) => process.send({ port: server.address().port });
