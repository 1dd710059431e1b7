import { sha256 } from '../../proto/digest.ts';
import { showDuration } from '../../proto/duration.ts';
import { Fault } from '../../proto/fault.ts';
import type { JoinTokenRow } from '../store/join-tokens.ts';

const PREFIX = 'pfj_';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const BODY_LENGTH = 32;
const CHECK_LENGTH = 4;
const SHAPE = new RegExp(`^${PREFIX}[${ALPHABET}]{${BODY_LENGTH + CHECK_LENGTH}}$`);

/** Random bytes that make a token unguessable: one character for every five bits. */
export const TOKEN_BYTES = (BODY_LENGTH * 5) / 8;

const NEW_TOKEN = 'make a new one on the controller with "promfleet token create"';

export function makeJoinToken(random: Uint8Array): string {
  const body = base32(random).slice(0, BODY_LENGTH);
  return `${PREFIX}${body}${checksum(body)}`;
}

/** What was typed, as it was made. @throws Fault `invalid` when it was mistyped or cut off. */
export function readJoinToken(typed: string): string {
  const token = typed.trim().toLowerCase();
  const body = token.slice(PREFIX.length, PREFIX.length + BODY_LENGTH);
  if (SHAPE.test(token) && token.endsWith(checksum(body))) return token;
  throw new Fault('invalid', 'cannot enrol: the join token is malformed', {
    hint: `copy it whole: ${PREFIX} and ${BODY_LENGTH + CHECK_LENGTH} letters and digits, as "promfleet token create" printed it`,
  });
}

/** What is stored of it. */
export const hashJoinToken = (token: string): string => sha256(token);

/** Whether it may be spent now, by someone whom it has not enrolled before. @throws Fault `denied` saying why not. */
export function judgeJoinToken(row: JoinTokenRow | undefined, now: number): JoinTokenRow {
  const usable = judgeRepeat(row, now);
  if (usable.usesLeft > 0) return usable;
  throw new Fault('denied', `cannot enrol: join token ${usable.id} is used up`, { hint: NEW_TOKEN });
}

/** The same for the host that it has enrolled: its answer was lost on the way, and asking again spends nothing. */
export function judgeRepeat(row: JoinTokenRow | undefined, now: number): JoinTokenRow {
  if (!row) {
    throw new Fault('denied', 'cannot enrol: this controller has never issued that join token', {
      hint: `check that the address is that of the controller which issued it, or ${NEW_TOKEN}`,
    });
  }
  if (row.revokedAt !== undefined) {
    throw new Fault('denied', `cannot enrol: join token ${row.id} was revoked`, { hint: NEW_TOKEN });
  }
  if (row.expiresAt <= now) {
    throw new Fault('denied', `cannot enrol: join token ${row.id} expired ${showDuration(now - row.expiresAt)} ago`, {
      hint: NEW_TOKEN,
    });
  }
  return row;
}

// Not secrecy but spelling: a mistyped token is told from one that was never issued.
const checksum = (body: string): string => base32(Buffer.from(sha256(body), 'hex')).slice(0, CHECK_LENGTH);

function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}
