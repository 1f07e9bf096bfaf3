// Pins called from TypeScript, with the types of the engine and of Express.
import { config, type PinsSettings } from '@digipair/engine';
import express from 'express';
import type { Connection } from 'sluice';
import * as skill from 'sluice/digipair';
import { broadcast, push, registerChannel, registerSession, type Session } from 'sluice/digipair';

config.set('LIBRARIES', { 'sluice/digipair': skill });

const disconnected: PinsSettings[] = [
  { library: '@digipair/skill-basic', element: 'setVariable', properties: { name: 'left' } },
];

express().get('/:digipair/:reasoning', async (req, res) => {
  const { digipair, reasoning } = req.params;
  const context = { protected: { req, res }, privates: {}, request: { digipair, reasoning } };
  const session: Session = await registerSession({ id: 'a', disconnected }, [], context);
  const connection: Connection = session.connection;
  connection.comment(session.id ?? '');
  const channel = await registerChannel({ session, id: 'c' }, [], context);
  await registerChannel({ session: { id: 'a' }, disconnected }, [], context);
  await registerChannel({}, [], context);
  const count: number = channel.count() + channel.send({ event: 'tick', data: 1 });

  const known: boolean = await push({ id: 'a', message: { count } }, [], context);
  const reached: number = await broadcast({ message: known, event: 'known' }, [], context);
  await broadcast({ message: [reached], id: 'c', digipair, reasoning }, [], {});
  const privates = { SSE_SESSION_START: Date.now() };
  await push({ id: 'a', message: 1, start: 'one' }, [], { ...context, privates });

  // @ts-expect-error a session id is required
  await push({ message: 1 }, [], context);
  // @ts-expect-error a message is required
  await broadcast({ id: 'c' }, [], context);
  // @ts-expect-error an id is a string
  await registerSession({ id: 5 }, [], context);
  // @ts-expect-error `disconnected` is a list of pins
  await registerSession({ disconnected: disconnected[0] }, [], context);
  // @ts-expect-error a session has an id
  await registerChannel({ session: {} }, [], context);
  // @ts-expect-error a context is required
  await push({ id: 'a', message: 1 }, []);
});
