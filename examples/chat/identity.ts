import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Person } from './events';
import { nameFrom } from './input';

const COOKIE = 'sluice-chat';
const LIFETIME = 30 * 24 * 60 * 60 * 1000;
const NAMES = [
  'Ada',
  'Alan',
  'Barbara',
  'Dennis',
  'Donald',
  'Edsger',
  'Frances',
  'Grace',
  'Hedy',
  'Ken',
  'Margaret',
  'Radia',
];

/** A person is identified only by the secret in their browser. The server stores nothing. */
interface Identity {
  secret: string;
  name: string;
}

function readCookie(req: Request): Identity | undefined {
  const cookie = new RegExp(`(?:^|; *)${COOKIE}=([\\w-]{22})\\.([^;]*)`).exec(
    req.headers.cookie ?? '',
  );
  if (!cookie) return undefined;
  const [, secret = '', encoded = ''] = cookie;
  try {
    return { secret, name: nameFrom(decodeURIComponent(encoded)) };
  } catch {
    return undefined;
  }
}

function writeCookie(res: Response, { secret, name }: Identity) {
  res.cookie(COOKIE, `${secret}.${encodeURIComponent(name)}`, {
    encode: String,
    httpOnly: true,
    sameSite: 'lax',
    maxAge: LIFETIME,
  });
}

function personOf({ secret, name }: Identity): Person {
  const hash = createHash('sha256').update(secret).digest();
  return { id: hash.toString('base64url', 0, 9), name, hue: hash.readUInt16BE(9) % 360 };
}

/** Returns the person of a request, or undefined if the browser has not opened the page yet. */
export function identify(req: Request): Person | undefined {
  const identity = readCookie(req);
  return identity && personOf(identity);
}

/** Gives a new browser an identity. */
export function introduce(req: Request, res: Response) {
  if (readCookie(req)) return;
  const bytes = randomBytes(17);
  const name = NAMES[bytes.readUInt8(16) % NAMES.length] ?? 'Ada';
  writeCookie(res, { secret: bytes.toString('base64url', 0, 16), name });
}

export function rename(req: Request, res: Response, name: string): Person | undefined {
  const identity = readCookie(req);
  if (!identity) return undefined;
  writeCookie(res, { ...identity, name });
  return personOf({ ...identity, name });
}
