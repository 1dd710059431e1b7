import { Fault } from '../proto/fault.ts';
import { typedControllers } from './state/controllers.ts';
import type { AgentIdentity, IdentityFile } from './state/identity-file.ts';

/** What the host's administrator says of where the controller is now. The daemon takes it up when it next looks for it. */
export async function setControllers(file: IdentityFile, words: readonly string[]): Promise<AgentIdentity> {
  const typed = typedControllers(words, demandIdentity(file));
  if (typed) return file.change(typed);
  throw new Fault('invalid', `cannot set the controllers: ${words.join(' ')} is not understood`, {
    hint: 'write HOST or HOST:PORT, with the port of sessions (9441); an IPv6 address in brackets',
  });
}

export function demandIdentity(file: IdentityFile): AgentIdentity {
  const identity = file.read();
  if (identity) return identity;
  throw new Fault('not_found', 'cannot tell where the controller is: this host is not enrolled', {
    hint: 'run "promfleet-agent enrol", or give the --home that it was enrolled with',
  });
}

export const showControllers = ({ host, sessions, enrolments }: AgentIdentity): string =>
  `host        ${host}\nsessions    ${sessions.join(', ')}\nenrolments  ${enrolments.join(', ')}\n`;
