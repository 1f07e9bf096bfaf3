import { once } from 'node:events';
import type { Request, Response } from 'express';
import { SSEBroker } from 'sluice';
import type { Message, Person, Presence, RoomState, Topics } from './events';

const KEPT = 200;
const CUT = 5;
/** How long a person may be away unnoticed, in ms: to reload, or until another tab takes over. */
const GRACE = 1000;
const TEN_MINUTES = 10 * 60 * 1000;

/** One room, with its messages and its people. */
export class Room {
  readonly #broker = new SSEBroker<Topics, { person: Person }>({
    pingInterval: 15_000,
    // A page that reconnects receives the missed messages, or an event to fetch the room again.
    connection: { retry: 500, onGap: 'reset' },
    topic: { historySize: KEPT, emptyTimeout: TEN_MINUTES },
    onDisconnect: ({ metadata: { person } }) => {
      if (this.#clientsOf(person).length > 0) this.#announce();
      else this.#announceSoon();
    },
  });
  readonly #messages: Message[] = [];
  #said = 0;
  /** The time until which a person's connections are refused, by the person's id. */
  readonly #cuts = new Map<string, number>();
  #departure: NodeJS.Timeout | undefined;

  /** Opens a connection. A person may have several. */
  join(req: Request, res: Response, person: Person) {
    const client = this.#broker.connect(req, res, { metadata: { person } });
    this.#broker.subscribe(client.id, 'messages');
    this.#announce();
  }

  say(from: Person | null, text: string): number {
    this.#said += 1;
    const message = { number: this.#said, at: Date.now(), from, text };
    this.#messages.push(message);
    if (this.#messages.length > KEPT) this.#messages.shift();
    this.#broker.broadcastToTopic('messages', { event: 'message', data: message });
    return this.#said;
  }

  type(person: Person) {
    this.#broker.broadcast({ event: 'typing', data: { person: person.id } });
  }

  rename(person: Person) {
    for (const client of this.#clientsOf(person)) client.metadata.person = person;
    this.#announce();
  }

  /** Cuts the person's connections, refuses new ones for some seconds, and returns how many. */
  cut(person: Person): number {
    const until = Date.now() + CUT * 1000;
    this.#cuts.set(person.id, until);
    setTimeout(() => {
      if (this.#cuts.get(person.id) === until) this.#cuts.delete(person.id);
    }, CUT * 1000).unref();
    const closed = this.#clientsOf(person).map(({ connection }) => {
      connection.response.destroy();
      return once(connection, 'close');
    });
    // Wait for the close, so that the person has missed a message when they reconnect.
    Promise.all(closed).then(() => this.say(null, `${person.name} was cut off for ${CUT} s.`));
    return CUT;
  }

  /** Returns for how many more seconds the person's connections are refused. */
  secondsOfCut(person: Person): number {
    const left = (this.#cuts.get(person.id) ?? 0) - Date.now();
    return Math.max(0, Math.ceil(left / 1000));
  }

  state(you: Person): RoomState {
    return { you, messages: this.#messages, presence: this.#presence() };
  }

  async close() {
    clearTimeout(this.#departure);
    await this.#broker.close();
  }

  #clientsOf(person: Person) {
    return this.#broker.clients().filter(({ metadata }) => metadata.person.id === person.id);
  }

  #presence(): Presence {
    const people = new Map<string, Presence['people'][number]>();
    for (const { metadata } of this.#broker.clients()) {
      const { id } = metadata.person;
      const connections = (people.get(id)?.connections ?? 0) + 1;
      people.set(id, { ...metadata.person, connections });
    }
    return { people: [...people.values()], connections: this.#broker.clientCount() };
  }

  #announce() {
    clearTimeout(this.#departure);
    this.#departure = undefined;
    this.#broker.broadcast({ event: 'presence', data: this.#presence() });
  }

  #announceSoon() {
    this.#departure ??= setTimeout(() => this.#announce(), GRACE).unref();
  }
}
