const NAMES = { native: 'native', stream: 'stream', loop: 'the res.write loop' };
const names = new Intl.ListFormat('en');

function formatTime(milliseconds) {
  return milliseconds < 1
    ? `${Math.max(1, Math.round(milliseconds * 1000))} µs`
    : `${milliseconds.toFixed(1)} ms`;
}

const hasLoadOf = (one, other) => one.clients === other.clients && one.rate === other.rate;

function compare({ native, loop }) {
  const time = formatTime(native.sendTime);
  const start = `native used the JavaScript thread for ${time} per broadcast`;
  if (!hasLoadOf(native, loop)) {
    return `${start}; the res.write loop was measured with another load.`;
  }
  const ratio = loop.sendTime / native.sendTime;
  if (ratio >= 1.5) {
    return `${start}, a res.write loop ${ratio.toFixed(ratio < 10 ? 1 : 0)} times as long.`;
  }
  return `${start}, a res.write loop for ${formatTime(loop.sendTime)}.`;
}

function complain(results) {
  const late = Object.keys(NAMES).filter(
    (name) => results[name]?.keepsUp === false && hasLoadOf(results[name], results.native),
  );
  const list = names.format(late.map((name) => NAMES[name]));
  return late.length > 0 ? ` ${list[0].toUpperCase()}${list.slice(1)} cannot keep up.` : '';
}

/** Summarizes the results in one line. */
export function verdict(results, measuring) {
  const { native, loop } = results;
  if (native && loop && native.sendTime > 0) {
    return compare({ native, loop }) + complain(results);
  }
  return measuring
    ? `Measuring ${measuring.transport}, ${measuring.step} of ${measuring.steps} …`
    : 'Not all transports are measured yet.';
}

export function showVerdict(results, measuring) {
  const line = document.querySelector('#verdict');
  const text = verdict(results, measuring);
  // Screen readers announce a status whenever it is set.
  if (line.textContent !== text) {
    line.textContent = text;
  }
}
