/**
 * The messages between the server and its pages. Both are compiled against this file, so that
 * neither can send anything that the other does not know.
 */

export interface Person {
  id: string;
  name: string;
  /** Of the person's colour, in degrees. */
  hue: number;
}

export interface Message {
  /** They count up from 1, without holes: who looks sees at once what is lost or comes twice. */
  number: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** Null is the room itself. */
  from: Person | null;
  text: string;
}

export interface Presence {
  /** Everybody once, however many connections there are of each. */
  people: (Person & { connections: number })[];
  /** All that the server has open. */
  connections: number;
}

/**
 * What the server sends: the types of its `SSEBroker`. Messages have a topic with a history.
 * Presence only matters now, so it goes to all that are connected.
 */
export interface Topics {
  messages: { message: Message };
  presence: { presence: Presence; typing: { person: string } };
}

/** What a page hears on its one connection: the types of its `SSEClient`. */
export type ChatEvents = Topics['messages'] & Topics['presence'];

/** How things stand: the answer to `GET /room`. */
export interface RoomState {
  you: Person;
  messages: Message[];
  presence: Presence;
}

/** What a page posts, by path, and what it is answered. */
export interface Posts {
  messages: { body: { text: string }; answer: { number: number } };
  name: { body: { name: string }; answer: Person };
  typing: { body: Record<string, never>; answer: undefined };
  cut: { body: Record<string, never>; answer: { seconds: number } };
}
