'use strict';

/**
 * The interface between a connection and whatever takes its bytes to the client. There is one
 * implementation each for a Node response over HTTP/1.x, for HTTP/2, for a stream that Fastify
 * sends, for the body of a Fetch `Response` and for a loop in this process. Anything else that has
 * these members works too.
 */

/** @import { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http' */
/** @import { ServerHttp2Stream } from 'node:http2' */
/** @import { LeanRequest } from '../../index.js' */
/** @import { LeanCarrier } from './lean-carrier.js' */

/** HTTP/2's compatibility API has the same members, and compression adds one. */
/** @typedef {IncomingMessage} Request */
/** @typedef {ServerResponse & { stream?: ServerHttp2Stream, flush?: () => void }} Response */

/**
 * @typedef {object} Carrier
 * @property {any} [request] `connection.request`
 * @property {any} [response] `connection.response`
 * @property {Request} [incoming] the request of Node.js, if `request` is none
 * @property {string | undefined} cursor the client's `Last-Event-ID`, decoded
 * @property {string} [since] the cursor of a client that has none
 * @property {boolean} [headOnly] the client gets no body, as it asked with HEAD
 * @property {boolean} [isLocal] the client is in this process, so limits of clients do not apply
 * @property {boolean} [needsProcess] nothing else keeps the process alive for it
 * @property {(listener: CarrierListener) => void} listen called once, before the head
 * @property {() => void} release stops listening; called once, when the connection is closed
 * @property {boolean} [hasHead] the head is other code's, so the body cannot be compressed
 * @property {(status: number, headers: OutgoingHttpHeaders, facts: HeadFacts) => void} head
 *   writes the head, with the headers of an event stream under the given ones
 * @property {() => boolean} [begin]
 *   called once, before the first write; whether the writes are to be HTTP chunks
 * @property {(bytes: Buffer) => boolean} write false when the client is slow, until `onDrain`
 * @property {boolean} [isDirect] no code of the application takes part in a write
 * @property {{ write: (bytes: Buffer) => boolean }} [direct]
 *   set by `begin()`: what takes the bytes as they are, without the carrier
 * @property {() => void} end ends the response after what was written; nothing before the head
 * @property {(error?: unknown) => void} destroy cuts the response off; nothing before the head
 * @property {(callback: () => void) => void} whenWritten
 *   calls back when the response has ended and the client's socket has taken it
 * @property {() => void} cutOff cuts off a response that has ended and is still being written
 * @property {(server: Server) => boolean} [isOf]
 *   whether only the core has the socket, which the server has accepted
 * @property {(request: LeanRequest) => LeanCarrier | undefined} [letGo]
 *   lets go of the request and the response after the hand-over; undefined if other code listens
 * @property {() => void} [disconnect] cuts the client off, as the server does
 * @property {() => 'client' | 'destroy' | 'stall'} closeReason why the carrier has closed by itself
 * @property {() => number | undefined} [descriptor] the descriptor of the client's socket
 * @property {boolean} [isShared] other responses use the socket at the same time
 * @property {() => string | undefined} [obstacle] why the socket cannot be handed over
 * @property {(taker: SocketTaker) => boolean} [handOver]
 *   begins the hand-over, after the head; false when the head has made it impossible. Either the
 *   head is written, or the core has got it.
 */

/**
 * What a carrier may have to know about what follows the head.
 * @typedef {object} HeadFacts
 * @property {string} [coding] the content coding of the bytes, which the headers name too
 * @property {boolean} [isHandedOver]
 *   `handOver()` follows at once, and may give the head to the core instead
 */

/**
 * Hears of what happens to a carrier.
 * @typedef {object} CarrierListener
 * @property {() => void} onClose the response has closed, or the client has left
 * @property {() => void} onDrain the client has taken what was written
 * @property {() => void} onFlood the client keeps sending after its request
 * @property {(frameText: string) => void} onFrames other code has written frames to the response
 * @property {() => void} onEnd other code has ended the response
 */

/**
 * Gets the socket of a hand-over.
 * @typedef {object} SocketTaker
 * @property {(descriptor: number, chunked: boolean, halfOpen: boolean, head?: string) => boolean
 *   } takeSocket
 *   false when the descriptor cannot be duplicated; `head`: what is to be written first
 * @property {() => void} detaching Node lets go of the socket, at the end of the turn
 * @property {() => void} writeThrough the hand-over was given up: JavaScript is to write
 */

module.exports = {};
