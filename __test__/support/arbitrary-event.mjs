// Generates random events for property tests, and the events that a client should decode.
import fc from 'fast-check';

// Characters that parsers often get wrong, and lone surrogates.
const oddities = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  ':',
  '\0',
  '\uFEFF',
  '\u2028',
  '\uD800',
  '\uDC00',
  'é',
  '\u{1F600}',
  '\t',
];
const fields = ['data: ', 'id: ', 'event:', 'retry: 1', '\n\n', '\r\r', ': '];
const unit = fc.oneof(fc.constantFrom(...oddities), fc.constantFrom(...fields), fc.string());

const text = fc.string({ unit, maxLength: 12 });
const line = text.map((value) => value.replace(/[\r\n\0]/g, ''));
// The browser's EventSource emits its own events with these two names.
const name = line.filter((value) => value !== 'open' && value !== 'error');

/** An event with data, like a user might send it. */
export const event = fc.record({ data: text, id: line, event: name }, { requiredKeys: ['data'] });

/** Returns what a conforming client decodes from these events. */
export function decoded(events) {
  let lastEventId = '';
  return events.map(({ data, id, event: type }) => {
    lastEventId = id?.toWellFormed() ?? lastEventId;
    return {
      type: type?.toWellFormed() || 'message',
      data: data.replace(/\r\n?/g, '\n').toWellFormed(),
      lastEventId,
    };
  });
}
