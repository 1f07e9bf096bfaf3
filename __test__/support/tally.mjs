/** Records an event of an emitter. Returns an array with the arguments of each call. */
export function tally(emitter, event) {
  const calls = [];
  emitter.on(event, (...values) => calls.push(values));
  return calls;
}
