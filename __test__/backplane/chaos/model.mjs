// Checks that a client has received everything, given the whole log.

/** The place of an id in the log: its second part, in base 36. */
const placeOf = (id) => Number.parseInt(id.split('-')[1], 36);

/**
 * The first difference between the client and the log, or undefined. Where a gap was reported,
 * events may be missing. Gaps are allowed for connections that opened during an outage.
 */
export function faultOf({ channels, first, received, gaps, trace }, log, outages) {
  const opened = gaps.find((time) => !outages.some(([from, to]) => from <= time && time <= to));
  if (opened !== undefined) return 'a gap, although the log has everything';
  const wanted = new Set(channels);
  const expected = log.filter(
    ({ id, channel }) => wanted.has(channel) && placeOf(id) > placeOf(first),
  );
  let next = 0;
  let mayMiss = false;
  for (const line of received) {
    if (line === null) {
      mayMiss = true;
      continue;
    }
    const at = expected.findIndex((event, place) => place >= next && event.line === line);
    if (at < 0) {
      const times = received.filter((other) => other === line).length;
      const isKept = expected.some((event) => event.line === line);
      return `${line} (received ${times} times, ${isKept ? '' : 'not '}in the log), expected ${
        expected[next]?.line
      }, connected with ${trace.get(line)}`;
    }
    if (at > next && !mayMiss) return `${line} instead of ${expected[next].line}`;
    next = at + 1;
    mayMiss = false;
  }
  return next === expected.length ? undefined : `${expected[next].line} has not arrived`;
}
