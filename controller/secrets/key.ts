import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomically } from '../atomic-file.ts';
import { KEY_BYTES } from './seal.ts';

/** Below the controller's directory: beside the authority's, so that it is backed up and guarded like that. */
export const KEY_FILE = 'pki/secrets.key';
const COMMAND_TIMEOUT_MS = 30_000;

/** What secrets are sealed with, and where that comes from. */
export interface KeySource {
  /** For people. */
  readonly from: string;
  /** Undefined: there is none yet. */
  readonly present: Buffer | undefined;
  /** One that lies in a file although a command gives another: of a time before the command. */
  readonly left: Buffer | undefined;
  /** The key; made, and on disk, when there is none yet. */
  demand(): Buffer;
  /** Removes the file that was left. */
  forgetLeft(): void;
}

/** @throws Fault when a command is named and gives no key, or the file holds none: a controller without its key must not make another. */
export async function openKey(directory: string, command: readonly string[] | undefined): Promise<KeySource> {
  const path = join(directory, KEY_FILE);
  const held = readKeyFile(path);
  const forgetLeft = () => rmSync(path, { force: true });
  if (command) {
    const key = await keyOfCommand(command);
    return { from: command.join(' '), present: key, left: held, demand: () => key, forgetLeft };
  }
  let present = held;
  const demand = (): Buffer => {
    present ??= makeKeyFile(path);
    return present;
  };
  return {
    from: path,
    get present() {
      return present;
    },
    left: undefined,
    demand,
    forgetLeft,
  };
}

function makeKeyFile(path: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeAtomically(path, `${key.toString('hex')}\n`, 0o600);
  return key;
}

function readKeyFile(path: string): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  const cannot = (why: string) =>
    new Fault('unavailable', `cannot read the key of the secrets in ${path}: ${why}`, {
      hint: 'restore that file from a backup; it must be readable for the user of the controller alone',
    });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw cannot(messageOf(error));
  }
  const key = readKey(text);
  if (!key) throw cannot(`it holds no key of ${KEY_BYTES} bytes`);
  return key;
}

/** 32 bytes in hex or base64. */
export function readKey(text: string): Buffer | undefined {
  const word = text.trim();
  if (/^[0-9a-f]{64}$/i.test(word)) return Buffer.from(word, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(word)) return undefined;
  const key = Buffer.from(word, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

/** What it prints is shown to nobody, also when it is no key: it may be a part of one. */
async function keyOfCommand([program = '', ...argv]: readonly string[]): Promise<Buffer> {
  const cannot = (why: string, cause?: unknown) =>
    new Fault('unavailable', `cannot get the key of the secrets from ${program}: ${why}`, {
      hint: '`secrets: { key_command: … }` of the controller’s configuration names it; it prints 32 bytes as hex or base64',
      cause,
    });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { timeout: COMMAND_TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;
  const child = execFile(program, argv, options, (error, stdout, stderr) => {
    if (!error) resolve(stdout);
    else reject(cannot(whyFailed(error, stderr), undefined));
  });
  child.stdin?.end();
  const key = readKey(await promise);
  if (!key) throw cannot(`what it printed is no key of ${KEY_BYTES} bytes in hex or base64`);
  return key;
}

function whyFailed(error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  const said = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  const end = error.killed
    ? `it gave none within ${COMMAND_TIMEOUT_MS / 1_000} s`
    : typeof error.code === 'number'
      ? `it exited with code ${error.code}`
      : `it could not be run (${String(error.code)})`;
  return said === '' ? end : `${end}: ${said}`;
}
