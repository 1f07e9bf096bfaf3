const line = document.querySelector('#verdict');

function formatTime(milliseconds) {
  return milliseconds < 1
    ? `${Math.max(1, Math.round(milliseconds * 1000))} µs`
    : `${milliseconds.toFixed(1)} ms`;
}

function compare({ native, loop }) {
  const time = formatTime(native.sendTime);
  const start = `native used the JavaScript thread for ${time} per broadcast`;
  if (native.clients !== loop.clients || native.rate !== loop.rate) {
    return `${start}; the res.write loop was measured with another load.`;
  }
  const ratio = loop.sendTime / native.sendTime;
  if (ratio >= 1.5) {
    return `${start}, a res.write loop ${ratio.toFixed(ratio < 10 ? 1 : 0)} times as long.`;
  }
  return `${start}, a res.write loop for ${formatTime(loop.sendTime)}.`;
}

function verdict({ native, loop }, measuring) {
  if (native && loop && native.sendTime > 0) {
    return compare({ native, loop });
  }
  return measuring
    ? `Measuring ${measuring.transport}, ${measuring.step} of ${measuring.steps} …`
    : 'Not all transports are measured yet.';
}

export function showVerdict(results, measuring) {
  const text = verdict(results, measuring);
  // A status is read aloud when it changes.
  if (line.textContent !== text) {
    line.textContent = text;
  }
}
