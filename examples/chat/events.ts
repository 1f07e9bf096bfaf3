/**
 * The messages between the server and its pages. Both are compiled against this file, so a message
 * that the other side does not know is a compile error.
 */

export interface Person {
  id: string;
  name: string;
  /** The hue of the person's colour, in degrees. */
  hue: number;
}

export interface Message {
  /** Counts up from 1 without holes, so that lost and duplicate messages are visible. */
  number: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** The author. Null stands for the room itself. */
  from: Person | null;
  text: string;
}

export interface Presence {
  /** Each person once, with the number of their connections. */
  people: (Person & { connections: number })[];
  /** The number of connections that the server has open. */
  connections: number;
}

/**
 * The events of the server's `SSEBroker`. Messages have a topic with a history. Only the current
 * presence matters, so it is broadcast to all connected clients.
 */
export interface Topics {
  messages: { message: Message };
  presence: { presence: Presence; typing: { person: string } };
}

/** The events that a page receives on its single connection: the types of its `SSEClient`. */
export type ChatEvents = Topics['messages'] & Topics['presence'];

/** The current state: the response to `GET /room`. */
export interface RoomState {
  you: Person;
  messages: Message[];
  presence: Presence;
}

/** The requests that a page posts, by path, and the responses. */
export interface Posts {
  messages: { body: { text: string }; answer: { number: number } };
  name: { body: { name: string }; answer: Person };
  typing: { body: Record<string, never>; answer: undefined };
  cut: { body: Record<string, never>; answer: { seconds: number } };
}
