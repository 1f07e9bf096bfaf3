// A minimal NATS client, for the actions of administrators and other programs in tests.
import { once } from 'node:events';
import net from 'node:net';

const INBOX = '_INBOX.administrator';

/** Publishes a message and waits until the server has received it. */
export async function natsPublish(port, subject, payload) {
  await exchange(port, publication(subject, payload), /PONG/);
}

/** Sends a request to the JetStream API. Returns the answer. */
export async function askStream(port, call, request = '') {
  const body = request && JSON.stringify(request);
  const words = `SUB ${INBOX} 1\r\n${publication(`$JS.API.STREAM.${call} ${INBOX}`, body)}`;
  const text = await exchange(port, words, /MSG .*\r\n.*\r\n/);
  const answer = JSON.parse(/MSG .*\r\n(.*)\r\n/.exec(text)[1]);
  if (answer.error) throw new Error(`${call}: ${JSON.stringify(answer.error)}`);
  return answer;
}

const publication = (subject, payload) =>
  `PUB ${subject} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;

async function exchange(port, words, end) {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`CONNECT {"verbose":false}\r\n${words}PING\r\n`);
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) {
      text += chunk;
      if (/-ERR/.test(text)) break;
      if (end.test(text)) return text;
    }
    throw new Error(`NATS has not answered: ${text}`);
  } finally {
    socket.destroy();
  }
}
