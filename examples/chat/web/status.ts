import type { Person, Presence } from '../events.js';
import { Diagram } from './diagram.js';
import { find } from './elements.js';
import type { Line } from './line.js';
import type { Timeline } from './timeline.js';

const status = find('status');
const statusText = find('status-text');
const countdown = find('countdown');
const caption = find('caption');
const server = find('server');
const here = find('here');
const action = find<HTMLButtonElement>('action');
const diagram = new Diagram(find<SVGSVGElement>('diagram'));

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

function describe(line: Line): string {
  switch (line.state) {
    case 'connecting':
      return 'Connecting';
    case 'connected':
      return 'Connected';
    case 'waiting':
      return 'Cut. Trying again';
    case 'lost':
      return 'Connection lost. Trying again';
    case 'offline':
      return 'Offline. Waiting for the network';
    case 'ended':
      return line.reason ? `Given up: ${line.reason}` : 'Disconnected';
  }
}

const holder = (tabs: number, isHeld: boolean) => {
  if (tabs === 1) return 'Open a second tab: it will share this connection.';
  return isHeld
    ? 'This tab holds it for all. Close it, and another takes over.'
    : 'Another tab holds it for all, this one too.';
};

export function showLine(
  line: Line,
  tabs: number,
  { people, connections }: Presence,
  you: Person | undefined,
) {
  const { state, isHeld } = line;
  const text = describe(line);
  // Screen readers would announce an unchanged text again. The countdown is hidden from them.
  if (statusText.textContent !== text) statusText.textContent = text;
  const seconds = Math.ceil((line.waitsUntil - Date.now()) / 1000);
  countdown.textContent = state === 'waiting' && seconds > 0 ? ` in ${seconds} s` : '';
  status.dataset.state = state;
  const isConnected = state === 'connected';
  const others = people.filter(({ id }) => id !== you?.id);
  diagram.show({ tabs, isHeld, state, connections, others });
  const own = plural(tabs, 'tab of yours', 'tabs of yours');
  const held = isConnected ? `1 connection. ${holder(tabs, isHeld)}` : 'no connection.';
  caption.textContent = `${own}, ${held}`;
  caption.dataset.held = String(isHeld);
  const crowd = plural(people.length, 'person', 'people');
  server.textContent = isConnected
    ? `The server has ${plural(connections, 'connection', 'connections')} for ${crowd}.`
    : 'What the server has is not known here.';
  here.dataset.known = String(isConnected);
  action.disabled = state === 'connecting';
  action.textContent = isConnected ? 'Cut it for 5 seconds' : 'Try now';
}

export function showFigures({ received, lost, doubled }: Timeline) {
  for (const [id, figure] of Object.entries({ received, lost, doubled })) {
    find(id).textContent = String(figure);
  }
  diagram.pulse();
}
