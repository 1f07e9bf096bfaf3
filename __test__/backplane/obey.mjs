// The process of a `Node`: it does what the tests tell it to.

const shared = {
  /** Blocks JavaScript for so long. */
  block: ({ milliseconds }) => {
    process.send({ blocking: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  },
};

/** Answers each message with what the command of that name returns. */
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

/** Tells the tests where the server is. */
export const tellPort = (server) => process.send({ port: server.address().port });
