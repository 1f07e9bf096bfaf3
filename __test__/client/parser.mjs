import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createParser as createOther } from 'eventsource-parser';
import fc from 'fast-check';
import { createParser } from '../../client/connection/parser.js';

const bytes = (text) => new TextEncoder().encode(text);

/** Parses chunks of text or bytes. */
function parse(chunks, { maxEventSize = 1e6, lastEventId = '' } = {}) {
  const blocks = [];
  const retries = [];
  const push = createParser({
    maxEventSize,
    lastEventId,
    onBlock: (block) => blocks.push(block),
    onRetry: (delay) => retries.push(delay),
  });
  for (const chunk of chunks) push(typeof chunk === 'string' ? bytes(chunk) : chunk);
  const events = blocks.filter(({ data }) => data !== undefined);
  return { events, retries, cursor: blocks.at(-1)?.lastEventId ?? lastEventId };
}

const message = (data, more) => ({
  event: 'message',
  topic: undefined,
  data,
  id: undefined,
  lastEventId: '',
  ...more,
});

/** Cases from WHATWG HTML, section 9.2.6, and from web-platform-tests. */
const TABLE = {
  'a message of one line': ['data: hello\n\n', [message('hello')]],
  'lines of data are joined': ['data: a\ndata: b\n\n', [message('a\nb')]],
  'one space after the colon is not part of the value': [
    'data:a\n\ndata: a\n\ndata:  a\n\n',
    [message('a'), message('a'), message(' a')],
  ],
  'a tab after the colon is part of the value': ['data:\ta\n\n', [message('\ta')]],
  'data without a colon is an empty line': ['data\n\n', [message('')]],
  'two data fields without a colon are a line feed': ['data\ndata\n\n', [message('\n')]],
  'data with nothing after the colon': ['data:\n\n', [message('')]],
  'colons in the value': ['data: a:b: c\n\n', [message('a:b: c')]],
  'a comment is ignored': [': comment\n:\n\n:data: x\n\ndata: a\n\n', [message('a')]],
  'a comment within an event': ['data: a\n: no\ndata: b\n\n', [message('a\nb')]],
  'an unknown field is ignored': ['foo: bar\nfoo\ndata: a\n\n', [message('a')]],
  'names of fields are case sensitive': ['DATA: a\nData: b\ndata: c\n\n', [message('c')]],
  'a space before the field name makes the field unknown': [
    ' data: a\ndata: b\n\n',
    [message('b')],
  ],
  'a space before the colon makes the field unknown': ['data : a\ndata: b\n\n', [message('b')]],
  'an event with a name': ['event: e\ndata: a\n\n', [message('a', { event: 'e' })]],
  'a name applies to one event': [
    'event: e\ndata: a\n\ndata: b\n\n',
    [message('a', { event: 'e' }), message('b')],
  ],
  'the last name counts': ['event: e\nevent: f\ndata: a\n\n', [message('a', { event: 'f' })]],
  'an empty name means message': ['event: e\nevent\ndata: a\n\n', [message('a')]],
  'a name without data dispatches no event and is discarded': [
    'event: e\n\ndata: a\n\n',
    [message('a')],
  ],
  'an event without a final blank line is discarded': ['data: a\n\ndata: b\n', [message('a')]],
  'an event without a final line end is discarded': ['data: a\n\ndata: b', [message('a')]],
  'a topic applies to one event': [
    'topic: a.1\ndata: a\n\ndata: b\n\n',
    [message('a', { topic: 'a.1' }), message('b')],
  ],
  'a topic without data dispatches no event and is discarded': [
    'topic: a\n\ndata: b\n\n',
    [message('b')],
  ],
  'an id stays the cursor of later events': [
    'id: 1\ndata: a\n\ndata: b\n\n',
    [message('a', { id: '1', lastEventId: '1' }), message('b', { lastEventId: '1' })],
  ],
  'an empty id resets the cursor': [
    'id: 1\ndata: a\n\nid\ndata: b\n\ndata: c\n\n',
    [message('a', { id: '1', lastEventId: '1' }), message('b', { id: '' }), message('c')],
  ],
  'an id with a NUL is ignored': [
    'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n',
    [message('a', { id: '1', lastEventId: '1' }), message('b', { lastEventId: '1' })],
  ],
  'a NUL in data is kept': ['data: a\0b\n\n', [message('a\0b')]],
  'CR ends a line': ['data: a\rdata: b\r\r', [message('a\nb')]],
  'CRLF ends a line': ['data: a\r\ndata: b\r\n\r\n', [message('a\nb')]],
  'line ends may differ': ['data: a\rdata: b\r\ndata: c\n\r', [message('a\nb\nc')]],
  'LF CR is two line ends': ['data: a\n\rdata: b\n\r', [message('a'), message('b')]],
  'U+2028 does not end a line': ['data: a\u2028b\n\n', [message('a\u2028b')]],
  'a byte order mark at the start is ignored': ['\uFEFFdata: a\n\n', [message('a')]],
  'only one byte order mark is ignored': ['\uFEFF\uFEFFdata: a\n\ndata: b\n\n', [message('b')]],
  'a byte order mark later is a character': [
    'data: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n',
    [message('a'), message('\uFEFFc')],
  ],
  'characters of two, three and four bytes': [
    'data: é☀😀\nid: ü\n\n',
    [message('é☀😀', { id: 'ü', lastEventId: 'ü' })],
  ],
  'blank lines dispatch no event': ['\n\n\r\r\r\n\r\ndata: a\n\n\n\n', [message('a')]],
};

describe('the parser', () => {
  for (const [title, [text, expected]] of Object.entries(TABLE)) {
    test(`${title}: whole, byte by byte, and split anywhere`, () => {
      const whole = bytes(text);
      assert.deepEqual(parse([whole]).events, expected);
      assert.deepEqual(parse(Array.from(whole, (byte) => Uint8Array.of(byte))).events, expected);
      for (let at = 0; at <= whole.length; at += 1) {
        const { events } = parse([whole.subarray(0, at), new Uint8Array(), whole.subarray(at)]);
        assert.deepEqual(events, expected, `split at ${at}`);
      }
    });
  }

  const RETRIES = {
    'retry: 1500\n': [1500],
    'retry:0\n': [0],
    'retry: 007\n': [7],
    'retry: 10x\n': [],
    'retry: ten\n': [],
    'retry: -1\n': [],
    'retry: 1.5\n': [],
    'retry: 1e3\n': [],
    'retry: ١٢\n': [],
    'retry:  5\n': [],
    'retry:\n': [],
    'retry\n': [],
    'retry: 1\nretry: 2\n': [1, 2],
  };
  for (const [text, expected] of Object.entries(RETRIES)) {
    test(`${JSON.stringify(text)} says ${expected.join(', then ') || 'nothing'}`, () => {
      assert.deepEqual(parse([text]).retries, expected);
    });
  }

  test('dispatches an event on its final CR, without waiting for an LF', () => {
    assert.deepEqual(parse(['data: a\r\r']).events, [message('a')]);
    assert.deepEqual(parse(['data: a\r\n\r']).events, [message('a')]);
    assert.deepEqual(parse(['data: a\r\n\r', '\ndata: b\n\n']).events, [
      message('a'),
      message('b'),
    ]);
  });

  test('invalid UTF-8 becomes U+FFFD', () => {
    const broken = [bytes('data: a'), Uint8Array.of(0xff, 0xc3), bytes('b\n\n')];
    assert.deepEqual(parse(broken).events, [message('a\uFFFD\uFFFDb')]);
  });

  test('a block without data sets the cursor and dispatches no event', () => {
    assert.deepEqual(parse(['id: 7\n\n']), { events: [], retries: [], cursor: '7' });
    assert.equal(parse(['id: 7\n']).cursor, '', 'the block is incomplete');
  });

  test('an event without an id keeps the cursor of the previous connection', () => {
    const { events } = parse(['data: a\n\n'], { lastEventId: '6' });
    assert.deepEqual(events, [message('a', { lastEventId: '6' })]);
  });

  describe('limits its buffer', () => {
    const tooLarge = { code: 'ERR_SSE_EVENT_SIZE', fatal: true };
    const line = (length) => 'x'.repeat(length);

    const verdicts = {
      'one line of exactly the limit': [`data:${line(95)}\n\n`.repeat(2), 2],
      'one line': [`data:${line(96)}\n\n`],
      'lines of exactly the limit': [`data:${line(5)}\n`.repeat(10) + '\n'.repeat(2), 1],
      'many lines': [`data:${line(5)}\n`.repeat(11)],
      'lines without a value': ['data\n'.repeat(26)],
      'a line of data that does not end': [`data:${line(96)}`],
      'a line of data that does not end, after others': [`data:${line(90)}\ndata:${line(6)}`],
      'a name': [`event:${line(95)}\n`],
      'an id': [`id:${line(98)}\n`],
      'a long comment': [`:${line(1000)}\ndata:a\n\n`, 1],
      'a long comment within an event': [`data:a\n:${line(1000)}\r\ndata:b\n\n`, 1],
      'a comment that does not end': [`:${line(1000)}`, 0],
      'a comment after long data': [`data:${line(95)}\n:${line(95)}\n\n`, 1],
      'a long unknown field': [`${line(1000)}: y\ndata:a\n\n`, 1],
      'a long field whose name begins like another': [`database:${line(1000)}\ndata:a\n\n`, 1],
      'any number of comments': [`:${line(99)}\n`.repeat(9), 0],
    };
    for (const [title, [some, events]] of Object.entries(verdicts)) {
      const verdict = events === undefined ? 'rejected' : 'accepted';
      test(`${title}: ${verdict}, however the bytes are split`, () => {
        for (let size = 1; size <= some.length; size += 1) {
          const chunks = some.match(new RegExp(`[^]{1,${size}}`, 'g'));
          const run = () => parse(chunks, { maxEventSize: 100 }).events.length;
          if (events === undefined) assert.throws(run, tooLarge);
          else assert.equal(run(), events);
        }
      });
    }

    test('does not buffer an endless comment', () => {
      const before = process.memoryUsage().heapUsed;
      const chunk = bytes('x'.repeat(65_536));
      const { events } = parse([bytes(':'), ...Array(2000).fill(chunk), bytes('\ndata:a\n\n')], {
        maxEventSize: 1000,
      });
      assert.equal(events.length, 1);
      const growth = process.memoryUsage().heapUsed - before;
      assert.ok(growth < 64 * 1024 * 1024, `grew by ${growth} bytes over 125 MiB`);
    });

    test('parses a long line in short chunks in linear time', () => {
      const chunks = Array(200_000).fill(bytes('xxxx'));
      const { events } = parse([bytes('data:'), ...chunks, bytes('\n\n')]);
      assert.equal(events[0].data.length, 8e5);
    });
  });

  const piece = fc.oneof(
    fc.constantFrom('data', 'event', 'id', 'retry', ':', ': ', ' ', '\n', '\r', '\r\n', '\n\n'),
    fc.constantFrom('\uFEFF', '\0', 'é', '☀', '😀', '12', 'x'),
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });

  /** Splits the bytes at these offsets. */
  function cut(whole, places) {
    const at = [...places, 0, whole.length].filter((place) => place <= whole.length);
    at.sort((one, other) => one - other);
    return at.slice(1).map((place, n) => whole.subarray(at[n], place));
  }

  test('agrees with eventsource-parser, however the bytes are split', () => {
    const agree = fc.property(text, cuts, (some, places) => {
      const complete = `${some}\n\n`;
      const theirs = { events: [], retries: [] };
      const parser = createOther({
        onEvent: ({ event = 'message', data, id }) => theirs.events.push({ event, data, id }),
        onRetry: (delay) => theirs.retries.push(delay),
      });
      parser.feed(new TextDecoder().decode(bytes(complete)));
      const { events, retries } = parse(cut(bytes(complete), places));
      const ours = events.map(({ event, data, id }) => ({ event, data, id }));
      assert.deepEqual({ events: ours, retries }, theirs);
    });
    fc.assert(agree, { numRuns: 2000 });
  });
});
