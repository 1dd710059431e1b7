import type { Sandbox } from '../../proto/spec.ts';

/** What a program may be given at all. None of them lets it change anything of the host. */
const CAPABILITIES = new Set(['CAP_NET_RAW']);
const MOST_BINDS = 8;
/** Below it lie only files that are read: no program, no library, no configuration of the system. */
const BIND_TO = /^\/usr\/share(\/[A-Za-z0-9_][A-Za-z0-9._+-]*)+$/;
const BIND_FROM = /^[A-Za-z0-9_][A-Za-z0-9._+-]*(\/[A-Za-z0-9_][A-Za-z0-9._+-]*)*$/;

/** What of a sandbox this agent won't give, whoever asks. */
export function* refuseSandbox(sandbox: Sandbox | undefined): Iterable<string> {
  if (!sandbox) return;
  for (const capability of sandbox.capabilities) {
    if (!CAPABILITIES.has(capability)) yield `the capability ${show(capability)} is given to no unit`;
  }
  if (sandbox.binds.length > MOST_BINDS) yield `${sandbox.binds.length} binds are too many`;
  for (const { from, to } of sandbox.binds) {
    if (!BIND_FROM.test(from)) yield `${show(from)} can't be bound: it lies outside its release`;
    if (!BIND_TO.test(to)) yield `nothing can be bound to ${show(to)}: only to what lies below /usr/share`;
  }
  for (const { to } of sandbox.binds) {
    const inside = sandbox.binds.find((other) => other.to.startsWith(`${to}/`));
    if (inside) yield `${show(inside.to)} would be bound inside ${show(to)}`;
  }
}

const show = (word: string): string => JSON.stringify(word);
