// Checks which uses of the example's types the compiler rejects.
import type { SSEBroker } from 'sluice';
import { connectSSE } from 'sluice/client';
import type { ChatEvents, Message, Topics } from '../../../examples/chat/events.ts';

declare const broker: SSEBroker<Topics>;
declare const message: Message;

broker.broadcastToTopic('messages', { event: 'message', data: message });
// @ts-expect-error no such topic
broker.broadcastToTopic('news', { event: 'message', data: message });
// @ts-expect-error no such event
broker.broadcastToTopic('messages', { event: 'massage', data: message });
// @ts-expect-error an event of another topic
broker.broadcastToTopic('messages', { event: 'typing', data: { person: 'a' } });
// @ts-expect-error not what this event says
broker.broadcastToTopic('presence', { event: 'typing', data: { name: 'a' } });
// @ts-expect-error text must be a string
broker.send('id', { event: 'message', data: { ...message, text: 7 } });

const client = connectSSE<ChatEvents>('chat', { url: 'https://chat.example/events' });

client.on('message', ({ data }) => data.text.trim());
client.on('presence', ({ data }) => data.people.map(({ name }) => name));
// @ts-expect-error no such event
client.on('massage', () => {});
// @ts-expect-error not what this event says
client.on('message', ({ data }) => data.subject);
// @ts-expect-error a number
client.on('message', ({ data }) => data.number.trim());
client.on('*', ({ event, data }) => {
  if (event === 'typing') data.person.trim();
  // @ts-expect-error it can be any event
  data.person.trim();
});
