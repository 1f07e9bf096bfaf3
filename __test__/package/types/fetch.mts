// Checks the types of createSSE() with an event map, and that they match its specification.
import { createSSE, type SSE, type SSEClient, type SSEConfig } from 'sluice/fetch';

// The types from the specification.
interface DocumentedSSE {
  addClient(options?: { lastEventId?: string }): {
    client: DocumentedSSEClient;
    response: Response;
  };
  removeClient(clientId: string): void;
  getClient(clientId: string): DocumentedSSEClient | undefined;
  subscribe(clientId: string, channel: string): boolean;
  unsubscribe(clientId: string, channel: string): boolean;
  // biome-ignore lint/suspicious/noExplicitAny: as in the specification
  broadcast(channel: string, event: string, data: any, id?: string): void;
  // biome-ignore lint/suspicious/noExplicitAny: as in the specification
  broadcastAll(event: string, data: any, id?: string): void;
  // biome-ignore lint/suspicious/noExplicitAny: as in the specification
  sendTo(clientId: string, event: string, data: any, id?: string): boolean;
  getClients(): DocumentedSSEClient[];
  getClientsByChannel(channel: string): DocumentedSSEClient[];
  shutdown(): void;
}

interface DocumentedSSEClient {
  id: string;
  channels: Set<string>;
  controller: ReadableStreamDefaultController<Uint8Array>;
  createdAt: Date;
  lastEventId?: string;
}

// `exactOptionalPropertyTypes` distinguishes a missing id from an undefined one, unlike the
// specification.
type Loose = Omit<DocumentedSSEClient, 'lastEventId'> & { lastEventId?: string | undefined };
type Documented = Omit<
  DocumentedSSE,
  'addClient' | 'getClient' | 'getClients' | 'getClientsByChannel'
>;

const sse = createSSE();
export const documented: Documented = sse;
export const client: Loose = sse.addClient().client;
export const found: Loose | undefined = sse.getClient('id');
export const all: Loose[] = [...sse.getClients(), ...sse.getClientsByChannel('news')];

const { response } = sse.addClient({ lastEventId: undefined });
export const typed: Response = response;
sse.addClient({ lastEventId: new Headers().get('Last-Event-ID') });
client.controller.enqueue(new Uint8Array());

// @ts-expect-error an id is a string
sse.broadcast('news', 'n', 1, 7);
// @ts-expect-error there is no data
sse.broadcastAll('n');
// @ts-expect-error the cursor is a string
sse.addClient({ lastEventId: 7 });
// @ts-expect-error the service chooses the name
sse.addClient().client.id = 'another';

const config: SSEConfig = {
  heartbeatInterval: 0,
  retryInterval: 0,
  eventBufferSize: 1,
  headers: { 'X-Served-By': 'a' },
  maxQueueBytes: 1,
  stallTimeout: 0,
  timeout: 0,
  topic: (channel) => (channel === 'typing' ? { historySize: 0 } : undefined),
};
createSSE(config);
createSSE({ topic: { historySize: 1, historyBytes: 1, historyAge: 1, emptyTimeout: 1 } });
// @ts-expect-error a status of its own
createSSE({ statusCode: 201 });

interface Events {
  notification: { message: string };
  count: number;
}

const typedSSE: SSE<Events> = createSSE<Events>();
typedSSE.broadcast('news', 'notification', { message: 'hello' }, 'id');
typedSSE.broadcastAll('count', 1);
const typedClient: SSEClient<Events> = typedSSE.addClient().client;
export const sent: boolean = typedSSE.sendTo(typedClient.id, 'count', 1);
typedClient.connection.send({ event: 'count', data: 1 });
// @ts-expect-error no such event
typedSSE.broadcastAll('other', 1);
// @ts-expect-error not a number
typedSSE.broadcast('news', 'count', 'one');
// @ts-expect-error not a message
typedSSE.sendTo('id', 'notification', {});
