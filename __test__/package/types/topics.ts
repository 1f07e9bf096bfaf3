// Checks the types of topics whose names are patterns.
import { SSEBroker, SSEHelper } from 'sluice';

interface Topics {
  news: { headline: string };
  'orders.*': { shipped: { order: number }; cancelled: { order: number } };
  'orders.*.items': { added: { item: string } };
  'logs.>': { line: string };
  [user: `user.${string}`]: { greeting: string };
}

declare const order: number;
declare const name: string;

const broker = new SSEBroker<Topics>();
broker.broadcastToTopic('news', { event: 'headline', data: 'rain' });
broker.broadcastToTopic('orders.7', { event: 'shipped', data: { order: 7 } });
broker.broadcastToTopic(`orders.${order}`, { event: 'cancelled', data: { order } });
broker.broadcastToTopic(`orders.${name}`, { event: 'cancelled', data: { order } });
broker.broadcastToTopic('orders.7.items', { event: 'added', data: { item: 'pen' } });
broker.broadcastToTopic('logs.web', { event: 'line', data: 'GET /' });
broker.broadcastToTopic('logs.web.access', { event: 'line', data: 'GET /' });
broker.broadcastToTopic('user.ada', { event: 'greeting', data: 'hello' });
broker.broadcastToTopic(`user.${name}`, { event: 'greeting', data: 'hello' });
broker.broadcastToTopic('orders.7', { comment: 'nothing' });
broker.publish('orders.7', { event: 'shipped', data: { order: 7 } });
broker.send('ada', { event: 'added', data: { item: 'pen' } });
new SSEHelper(broker).updateTopic('orders.7', 'state', 'packed');

// @ts-expect-error no such topic
broker.broadcastToTopic('weather', { comment: '' });
// @ts-expect-error data of another type
broker.broadcastToTopic('orders.7', { event: 'shipped', data: { order: '7' } });
// @ts-expect-error an event of another topic
broker.broadcastToTopic('orders.7', { event: 'added', data: { item: 'pen' } });
// @ts-expect-error `*` is one token
broker.broadcastToTopic('orders.7.items', { event: 'shipped', data: { order: 7 } });
// @ts-expect-error no pattern matches
broker.broadcastToTopic('orders.7.state.now', { event: 'shipped', data: { order: 7 } });
// @ts-expect-error an event of another topic
broker.publish('logs.web', { event: 'headline', data: 'rain' });

const one = new SSEBroker<{ 'orders.*': { shipped: { order: number } } }>();
one.broadcastToTopic('orders.7', { event: 'shipped', data: { order: 7 } });
// @ts-expect-error no such topic
one.broadcastToTopic('news', { comment: '' });
