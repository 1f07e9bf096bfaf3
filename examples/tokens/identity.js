// A user is identified only by the secret in their browser.
const { createHash, randomBytes } = require('node:crypto');

const COOKIE = 'sluice-tokens';
const LIFETIME = 30 * 24 * 60 * 60 * 1000;

function secretOf(req) {
  return new RegExp(`(?:^|; *)${COOKIE}=([\\w-]{22})(?:;|$)`).exec(req.headers.cookie ?? '')?.[1];
}

/** Returns the user of a request, or undefined if the browser has not opened the page yet. */
function userOf(req) {
  const secret = secretOf(req);
  return secret && createHash('sha256').update(secret).digest('base64url');
}

/** Gives a new browser a secret. */
function introduce(req, res) {
  if (secretOf(req)) return;
  res.cookie(COOKIE, randomBytes(16).toString('base64url'), {
    httpOnly: true,
    sameSite: 'lax',
    maxAge: LIFETIME,
  });
}

module.exports = { introduce, userOf };
