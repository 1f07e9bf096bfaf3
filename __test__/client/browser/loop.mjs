export const range = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Reads `count` more events from the loop, or all up to an id. Resolves with their ids. */
export const take = (tab, { count = Infinity, id = 0 }) =>
  tab.page.evaluate(
    async ([count, id]) => {
      globalThis.loop ??= globalThis.client[Symbol.asyncIterator]();
      const ids = [];
      while (ids.length < count && ids.at(-1) !== id) {
        ids.push(Number((await globalThis.loop.next()).value.id));
      }
      return ids;
    },
    [count, id],
  );
