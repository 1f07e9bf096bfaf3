// Prints progress: a line that overwrites itself on a terminal, one line per step elsewhere.
const stream = process.stderr;

export function progress(text) {
  stream.write(stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
}

export function progressEnd() {
  if (stream.isTTY) stream.write('\r\x1b[2K');
}
