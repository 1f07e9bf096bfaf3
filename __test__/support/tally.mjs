/** Counts what an emitter emits: one entry of arguments a call. */
export function tally(emitter, event) {
  const calls = [];
  emitter.on(event, (...values) => calls.push(values));
  return calls;
}
