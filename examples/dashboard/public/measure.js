const ORDER = ['loop', 'stream', 'native'];
const SECONDS = 5;
const PATIENCE = 60_000;

// Switches the load to each transport, and waits until it has been measured for some seconds.
export async function measureAll({ post, nextStats, settings, onStep, signal }) {
  if (settings.clients === 0) {
    await post('clients', { clients: 5000 });
  }
  if (settings.rate === 0) {
    await post('rate', { rate: 5 });
  }
  for (const [index, transport] of ORDER.entries()) {
    onStep(transport, index + 1, ORDER.length);
    await post('transport', { transport });
    const begun = Date.now();
    for (;;) {
      const stats = await nextStats();
      if (signal.aborted) {
        return;
      }
      if (stats.settings.transport !== transport) {
        throw new Error('The transport was changed while it was being measured.');
      }
      // `settled` restarts with every change, so an older measurement is not mistaken for this one.
      if (stats.sample.settled >= SECONDS) {
        break;
      }
      if (Date.now() - begun > PATIENCE) {
        throw new Error('The clients could not all be connected within a minute.');
      }
    }
  }
}
