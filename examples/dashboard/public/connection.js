const SILENCE = 5000;
const RETRY = 2000;
const GAP = 'Events are missing here: the server has restarted';
const ENTRIES = ['broadcast', 'clients', 'rate', 'transport', 'message', 'page'];

// The only EventSource of the page. Figures arrive every second, so silence means a failure.
export function listen({ onState, onStats, onEntry, onStatus }) {
  let source;
  let silence;

  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(() => onStatus('silent'), SILENCE);
    onStatus('live');
  };

  const on = (name, listener) =>
    source.addEventListener(name, (event) => {
      alive();
      listener(event);
    });

  function open() {
    source = new EventSource('events');
    source.onopen = alive;
    source.onerror = () => {
      clearTimeout(silence);
      onStatus('lost');
      // EventSource retries automatically, unless the response was not an event stream.
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(open, RETRY);
      }
    };
    on('state', (event) => onState(JSON.parse(event.data)));
    on('stats', (event) => onStats(JSON.parse(event.data)));
    for (const name of ENTRIES) {
      on(name, onEntry);
    }
    on('sluice.reset', ({ lastEventId }) => onEntry({ type: 'gap', data: GAP, lastEventId }));
  }

  open();
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error('The server does not answer.');
  });
  const answer = await response
    .json()
    .catch(() => ({ error: `The server said ${response.status}.` }));
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}
