import type { ChatEvents, Person, Presence, RoomState } from '../events.js';
import { attempt, removePending, showName, startComposer, startNaming } from './composer.js';
import { find } from './elements.js';
import { Line } from './line.js';
import { showBreak, showMessage, showMessages } from './log.js';
import { showPresence, startTyping, stopTyping } from './people.js';
import { post } from './post.js';
import { showFigures, showLine } from './status.js';
import { countTabs } from './tabs.js';
import { Timeline } from './timeline.js';

const AGAIN = 1000;

const timeline = new Timeline();
let you: Person | undefined;
let presence: Presence = { people: [], connections: 0 };
let tabs = 1;

/** Events that arrive while the state of the room is being fetched. */
let waiting: (() => void)[] | undefined = [];
let loading = Promise.resolve();
/** After a reconnect, counts the missed messages until the server sends the presence. */
let back: { missed: number; tell: (missed: number) => void } | undefined;

const render = () => showLine(line, tabs, presence, you);
const line: Line = new Line(() => queueMicrotask(render));
const { client } = line;

async function askForRoom(): Promise<RoomState> {
  for (;;) {
    const response = await fetch('room').catch(() => undefined);
    if (response?.ok) return response.json();
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

/** Fetches the state of the room. The stream is already open, so that no event is missed. */
function load() {
  loading = loading.then(async () => {
    waiting ??= [];
    const state = await askForRoom();
    you = state.you;
    timeline.startFrom(state);
    showMessages(state.messages, you);
    removePending(() => true);
    takePresence(state.presence, you);
    const events = waiting;
    waiting = undefined;
    for (const take of events) inTurn(take);
  });
  waiting ??= [];
}

function inTurn(take: () => void) {
  if (waiting) waiting.push(take);
  else take();
}

function on<Name extends keyof ChatEvents & string>(
  name: Name,
  handler: (data: ChatEvents[Name], you: Person) => void,
) {
  client.on(name, ({ data }) => inTurn(() => you && handler(data, you)));
}

function takePresence(current: Presence, you: Person) {
  presence = current;
  you.name = current.people.find(({ id }) => id === you.id)?.name ?? you.name;
  showName(you.name);
  showPresence(presence, you);
  render();
}

on('message', (message, you) => {
  if (timeline.take(message)) {
    showMessage(message, you);
    if (message.from) stopTyping(message.from.id);
    if (back) back.tell(++back.missed);
  }
  removePending((number) => timeline.has(number));
  showFigures(timeline);
});

on('presence', (current, you) => {
  back = undefined;
  takePresence(current, you);
});

on('typing', ({ person }, you) => {
  if (person !== you.id) startTyping(person);
});

function tellOfReturn() {
  const { outage, isTakenOver } = line;
  const time = outage < 1000 ? `${outage} ms` : `${(outage / 1000).toFixed(1)} s`;
  const what = isTakenOver ? `This tab took over in ${time}.` : `Back after ${time}.`;
  const change = showBreak(`${what} Nothing was missed.`);
  const tell = (missed: number) =>
    change(`${what} ${missed} ${missed === 1 ? 'message' : 'messages'} caught up.`);
  back = { missed: 0, tell };
}

let isOpened = false;
client.onStateChange((state) => {
  if (state !== 'connected') return;
  if (!isOpened) load();
  else if (!waiting) tellOfReturn();
  isOpened = true;
});

// The server has restarted, or the missed messages are no longer kept.
client.onError(({ code }) => code === 'ERR_SSE_GAP' && load());

startComposer((number) => timeline.has(number));
startNaming();
find('action').addEventListener('click', () => {
  if (client.isConnected()) attempt(() => post('cut', {}));
  else client.reconnect();
});
countTabs((count) => {
  tabs = count;
  render();
});
setInterval(render, 250);
