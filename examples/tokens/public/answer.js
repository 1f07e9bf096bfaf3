// One answer: its element, and its stream until it has ended.

/** How long to wait before a stream is opened anew, in milliseconds. */
const RETRY = 1000;
/** After how long without a word an answer does not look as if it were being written. */
const SILENCE = 3000;

const make = (tag, className, text = '') => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

const plural = (count) => (count === 1 ? '1 word' : `${count} words`);

/** What the last line of an answer says, by its state. */
const OUTCOMES = {
  running: (count) => `Writing. ${plural(count)} so far`,
  waiting: (count) => `Nothing comes at the moment. ${plural(count)} so far`,
  cut: (count) => `Cut off after ${plural(count)}. Trying to go on`,
  done: (count) => `Complete, with ${plural(count)}`,
  stopped: (count) => `Stopped after ${plural(count)}, in every tab`,
  failed: (count) => `Failed after ${plural(count)}`,
  lost: (count) =>
    `The process that wrote this has died after ${plural(count)}. They were kept. ` +
    'The rest was never written',
  forgotten: (count) =>
    `The server was started again and has forgotten this answer. ` +
    `This page still has ${plural(count)} of it`,
};

export class Answer {
  state = 'running';
  received = 0;
  missed = 0;
  twice = 0;
  element = make('article', 'answer');
  #id;
  #on;
  #question = make('h2', 'question');
  #text = make('p', 'text');
  #outcome = make('p', 'outcome');
  /** The words that it has. */
  #count = 0;
  /** The number of the latest event, and its id. */
  #last = 0;
  #cursor = '';
  /** Before which event to draw a seam: there, a reader came back. */
  #seam = 0;
  #opened = 0;
  #source;
  /** Whether words come, while it is running. */
  #flow = 'running';
  #silence;

  /**
   * `events`: how many events it had when the page was opened. `on.changed` is called after each
   * change, and `on.line` when its stream is cut (false), or comes back (true).
   */
  constructor(id, events, on) {
    this.#id = id;
    this.#on = on;
    this.#seam = events > 1 ? events + 1 : 0;
    this.element.dataset.id = id;
    this.element.append(this.#question, this.#text, this.#outcome);
    this.#show();
    this.#read();
  }

  get isRunning() {
    return this.state === 'running';
  }

  stop() {
    return fetch(`answers/${this.#id}`, { method: 'DELETE' });
  }

  /** The server was asked, and has such an answer or not. */
  settle(exists) {
    if (!this.isRunning || this.#source?.readyState !== EventSource.CLOSED) return;
    if (!exists) return this.#end('forgotten');
    // The server was there, and refused, such as while it shuts down.
    this.#source = undefined;
    setTimeout(() => this.#read(), RETRY);
  }

  #read() {
    const query = this.#cursor && `?lastEventId=${encodeURIComponent(this.#cursor)}`;
    const source = new EventSource(`answers/${this.#id}${query}`);
    this.#source = source;
    const hear = (name, take) =>
      source.addEventListener(name, (event) => {
        if (this.#isNext(event.lastEventId)) take(event.data);
      });
    hear('question', (text) => {
      this.#question.textContent = text;
    });
    hear('token', (text) => this.#add(text));
    hear('stopped', () => this.#end('stopped'));
    hear('failed', (data) => this.#end(JSON.parse(data).isLost ? 'lost' : 'failed'));
    hear('done', () => this.#end('done'));
    source.addEventListener('sluice.reset', () => this.#clear());
    source.addEventListener('open', () => {
      this.#opened += 1;
      this.#flows('running');
      if (this.#opened === 1) return;
      // What follows the cursor comes now, maybe from another process.
      this.#seam = this.#last + 1;
      this.#on.line(true);
    });
    // The browser tries again by itself, except after an answer that was no event stream.
    source.addEventListener('error', () => {
      if (!this.isRunning) return;
      this.#flows('cut');
      this.#on.line(false);
    });
  }

  #flows(flow) {
    this.#flow = flow;
    clearTimeout(this.#silence);
    if (flow === 'running') this.#silence = setTimeout(() => this.#flows('waiting'), SILENCE);
    this.#show();
  }

  /** Counts what is missing and what comes twice. An id ends with the number of its event. */
  #isNext(id) {
    const number = Number(id.split('.').at(-1));
    if (number <= this.#last) {
      this.twice += 1;
      return false;
    }
    this.missed += number - this.#last - 1;
    this.#last = number;
    this.#cursor = id;
    return true;
  }

  #add(text) {
    this.received += 1;
    this.#count += 1;
    if (this.#last === this.#seam) {
      const seam = make('span', 'seam');
      seam.title = 'Here, this page came back';
      this.#text.append(seam);
    }
    this.#text.append(text);
    this.#flows('running');
  }

  #clear() {
    this.#last = 0;
    this.#count = 0;
    this.#text.replaceChildren();
  }

  #end(state) {
    this.state = state;
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#show();
  }

  #show() {
    this.element.dataset.state = this.state;
    this.element.ariaBusy = String(this.isRunning);
    const outcome = OUTCOMES[this.isRunning ? this.#flow : this.state];
    this.#outcome.textContent = `${outcome(this.#count)}.`;
    this.#on.changed();
  }
}
