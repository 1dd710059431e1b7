const LAST_WORDS = /^(panic|fatal error): /;
const TRACE = /^(\s*$|goroutine \d)/;
const LOGGED = /\blevel=/i;

/** The end of a log for people. A Go program that panics ends it with a stack trace: what it died of stands before that. */
export function tellingLines(lines: readonly string[], most: number): string[] {
  const died = lines.findLastIndex((line) => LAST_WORDS.test(line));
  const trace = died < 0 ? -1 : lines.findIndex((line, index) => index > died && TRACE.test(line));
  const isLast = trace > 0 && !lines.slice(trace).some((line) => LOGGED.test(line));
  return lines.slice(0, isLast ? trace : lines.length).slice(-most);
}
