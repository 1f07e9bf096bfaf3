// One answer, with its element and its stream.

/** The delay before a stream is reopened, in milliseconds. */
const RETRY = 1000;
/** The time without words after which an answer counts as waiting, in milliseconds. */
const SILENCE = 3000;

const make = (tag, className, text = '') => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

const plural = (count) => (count === 1 ? '1 word' : `${count} words`);

/** The last line of an answer, by its state. */
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
  /** The number of words in the text. */
  #count = 0;
  /** The number and the id of the latest event. */
  #last = 0;
  #cursor = '';
  /** The event before which to draw a seam, because a reader resumed there. */
  #seam = 0;
  #opened = 0;
  #source;
  /** Whether words arrive while the answer is running. */
  #flow = 'running';
  #silence;

  /**
   * `events`: the number of events when the page opened. `on.changed` is called after each change,
   * and `on.line` when the stream is cut (false) or restored (true).
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

  /** Called with whether the server still has this answer. */
  settle(exists) {
    if (!this.isRunning || this.#source?.readyState !== EventSource.CLOSED) return;
    if (!exists) return this.#end('forgotten');
    // The server refused the stream, for example during its shutdown.
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
      // The events after the cursor follow, possibly from another process.
      this.#seam = this.#last + 1;
      this.#on.line(true);
    });
    // EventSource retries automatically, unless the response was not an event stream.
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

  /** Counts missing and duplicate events. An id ends with the number of its event. */
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
      seam.title = 'Here, this page resumed';
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
