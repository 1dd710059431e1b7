import type { Controllers } from '../../proto/message.ts';

const ADDRESS = /^(\[[0-9a-fA-F:]+\]|[^:/?#@\s[\]]+):(\d{1,5})$/;
const MOST = 32;

export const isAddress = (text: string): boolean => {
  const port = Number(ADDRESS.exec(text)?.[2]);
  return port > 0 && port <= 65_535;
};

const nameOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));

/** What works goes first. */
export const preferring = (first: string, addresses: readonly string[]): string[] => [
  ...new Set([first, ...addresses]),
];

/**
 * The addresses to keep once the controller has said where it is reached. The one that it said so over stays, and first: it is known to
 * work from here, which a name that the controller goes by need not. A list with nothing usable in it says nothing.
 */
export function takeControllers(present: Controllers, told: Controllers, inUse: string): Controllers {
  const [sessions, enrolments] = [told.sessions, told.enrolments].map((list) => list.filter(isAddress).slice(0, MOST));
  const beside = present.enrolments.filter((address) => nameOf(address) === nameOf(inUse));
  return {
    sessions: sessions?.length ? preferring(inUse, sessions) : present.sessions,
    enrolments: enrolments?.length ? [...new Set([...beside, ...enrolments])] : present.enrolments,
  };
}

export const isSame = (a: Controllers, b: Controllers): boolean =>
  a.sessions.join() === b.sessions.join() && a.enrolments.join() === b.enrolments.join();

/** What someone typed, HOST or HOST:PORT with the port of sessions; what was left out is as it is now. Undefined: not understood. */
export function typedControllers(words: readonly string[], present: Controllers): Controllers | undefined {
  const port = (addresses: readonly string[]) => addresses[0]?.slice(nameOf(addresses[0]).length) ?? '';
  const sessions = words.map((word) => (isAddress(word) ? word : `${bracketed(word)}${port(present.sessions)}`));
  if (sessions.length === 0 || !sessions.every(isAddress)) return undefined;
  const enrolments = sessions.map((address) => `${nameOf(address)}${port(present.enrolments)}`);
  return { sessions: [...new Set(sessions)], enrolments: [...new Set(enrolments)] };
}

const bracketed = (name: string): string =>
  /^[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(name) ? `[${name}]` : name;
