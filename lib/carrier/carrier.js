'use strict';

/**
 * The interface between a connection and the object that delivers its bytes to the client. There
 * are implementations for a Node response over HTTP/1.x, for HTTP/2, for a stream that Fastify
 * sends, for the body of a Fetch `Response` and for a loop in this process. Any other object with
 * these members works too.
 */

/** @import { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http' */
/** @import { ServerHttp2Stream } from 'node:http2' */
/** @import { LeanRequest } from '../../index.js' */
/** @import { LeanCarrier } from './lean-carrier.js' */

/** HTTP/2's compatibility API has the same members. Compression middleware adds `flush`. */
/** @typedef {IncomingMessage} Request */
/** @typedef {ServerResponse & { stream?: ServerHttp2Stream, flush?: () => void }} Response */

/**
 * @typedef {object} Carrier
 * @property {any} [request] `connection.request`
 * @property {any} [response] `connection.response`
 * @property {Request} [incoming] the request of Node.js, if `request` is not one
 * @property {string | undefined} cursor the client's `Last-Event-ID`, decoded
 * @property {string} [since] the cursor to use if the client sent none
 * @property {boolean} [headOnly] the client sent a HEAD request, so it gets no body
 * @property {boolean} [isLocal] the client is in this process, so limits of clients do not apply
 * @property {boolean} [needsProcess] whether the connection itself must keep the process alive
 * @property {(listener: CarrierListener) => void} listen called once, before the head
 * @property {() => void} release stops listening; called once, when the connection is closed
 * @property {boolean} [hasHead] other code writes the head, so the body cannot be compressed
 * @property {(status: number, headers: OutgoingHttpHeaders, facts: HeadFacts) => void} head
 *   writes the head; the given headers override those of an event stream
 * @property {() => boolean} [begin]
 *   called once, before the first write; returns whether the writes must be HTTP chunks
 * @property {(bytes: Buffer) => boolean} write false when the client is slow, until `onDrain`
 * @property {boolean} [isDirect] no application code takes part in a write
 * @property {{ write: (bytes: Buffer) => boolean }} [direct]
 *   set by `begin()`: takes the bytes as they are, and bypasses the carrier
 * @property {() => void} end ends the response after all writes; no effect before the head
 * @property {(error?: unknown) => void} destroy cuts the response off; no effect before the head
 * @property {(callback: () => void) => void} whenWritten
 *   calls back when the response has ended and the client's socket has taken it
 * @property {() => void} cutOff cuts off a response that has ended and is still being written
 * @property {(server: Server) => boolean} [isOf]
 *   whether the server accepted the socket, and only the core still has it
 * @property {(request: LeanRequest) => LeanCarrier | undefined} [letGo]
 *   releases the request and the response after the hand-over; undefined if other code listens
 * @property {() => void} [disconnect] cuts the client off, as the server does
 * @property {() => 'client' | 'destroy' | 'stall'} closeReason why the carrier closed on its own
 * @property {() => number | undefined} [descriptor] the descriptor of the client's socket
 * @property {boolean} [isShared] other responses use the socket at the same time
 * @property {() => string | undefined} [obstacle] why the socket cannot be handed over
 * @property {(taker: SocketTaker) => boolean} [handOver]
 *   starts the hand-over, after the head; false when the head has made it impossible. Either the
 *   head was written, or it was passed to the core.
 */

/**
 * What `head()` may need to know about the bytes that follow.
 * @typedef {object} HeadFacts
 * @property {string} [coding] the content coding of the bytes, which the headers also name
 * @property {boolean} [isHandedOver]
 *   `handOver()` follows immediately, and may pass the head to the core instead
 */

/**
 * Receives the events of a carrier.
 * @typedef {object} CarrierListener
 * @property {() => void} onClose the response has closed, or the client has left
 * @property {() => void} onDrain the client has taken all writes
 * @property {() => void} onFlood the client keeps sending after its request
 * @property {(frameText: string) => void} onFrames other code has written frames to the response
 * @property {() => void} onEnd other code has ended the response
 */

/**
 * Receives the socket of a hand-over.
 * @typedef {object} SocketTaker
 * @property {(descriptor: number, chunked: boolean, halfOpen: boolean, head?: string) => boolean
 *   } takeSocket
 *   false when the descriptor cannot be duplicated; `head`: the bytes to write first
 * @property {() => void} detaching Node releases the socket, at the end of the turn
 * @property {() => void} writeThrough the hand-over was given up: JavaScript must write
 */

module.exports = {};
