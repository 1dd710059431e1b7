import { Fault } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { SECRET_NAME, showReference } from '../../proto/secrets.ts';
import type { Applied } from '../fleet/apply.ts';
import type { FleetDeps } from '../fleet/deps.ts';
import type { Place } from '../fleet/place.ts';
import { refreshWith } from '../fleet/refresh.ts';
import type { SecretRow } from '../store/secrets.ts';
import type { Vault } from './vault.ts';

export interface SecretsDeps {
  readonly fleet: FleetDeps;
  readonly vault: Vault;
}

export interface PutSecret {
  readonly name: string;
  readonly number: number;
  /** Undefined: no host has what changed with it. */
  readonly applied: Applied | undefined;
}

const LONGEST = 64 * 1024;
/** A shorter one could not be kept out of logs: it would be taken out of every word that holds it. */
const SHORTEST = 4;

/** A new one. @throws Fault `conflict` when there is one of that name: a typing error must not replace it. */
export async function setSecret(deps: SecretsDeps, name: string, value: string, actor: string): Promise<PutSecret> {
  checkName(name);
  if (deps.fleet.stores.secrets.find(name)) {
    throw new Fault('conflict', `cannot set the secret ${name}: there is one of that name`, {
      hint: `to give it another value: promfleet secret rotate ${name}`,
    });
  }
  return await put(deps, name, value, actor, 'set');
}

/**
 * Another value of one that is there. The hosts that have it get a revision at once; where the tools of what reads it refuse it, nothing
 * is changed.
 */
export async function rotateSecret(deps: SecretsDeps, name: string, value: string, actor: string): Promise<PutSecret> {
  demand(deps, name, 'rotate');
  return await put(deps, name, value, actor, 'rotated');
}

async function put(
  { fleet, vault }: SecretsDeps,
  name: string,
  value: string,
  actor: string,
  done: 'set' | 'rotated',
): Promise<PutSecret> {
  checkValue(name, value);
  const { stores } = fleet;
  const at = fleet.now();
  const row = vault.next(name, value, { actor, at });
  const trial = { ...fleet, secrets: withValue(fleet, row, value) };
  const applied = await refreshWith(trial, {
    actor,
    note: `secret ${name} ${done}`,
    check: name,
    also(record) {
      // Whoever was quicker has given it another value, or taken it away.
      const before = stores.secrets.find(name);
      if ((before?.number ?? 0) !== row.number - 1) throw overtaken(name);
      stores.secrets.put(row);
      const message = `${actor} ${done} secret ${name}${row.number > 1 ? `: value ${row.number}` : ''}`;
      record({ at, kind: done === 'set' ? 'SecretSet' : 'SecretRotated', host: '', unit: '', message });
    },
  });
  return { name, number: row.number, applied };
}

const overtaken = (name: string): Fault =>
  new Fault('conflict', `cannot set the secret ${name}: someone else just did`, {
    hint: 'see "promfleet secret list"',
  });

/** As if it were stored already. */
function withValue({ secrets }: FleetDeps, { name, version }: SecretRow, value: string): FleetDeps['secrets'] {
  return {
    known: () => new Map([...secrets.known(), [name, { version, isReadable: true }]]),
    open: (references) =>
      references.map((one) => (one.name === name ? { ...one, value } : secrets.open([one])[0])).filter((one) => !!one),
  };
}

/** @throws Fault `conflict` while the newest revision names it. */
export function removeSecret({ fleet }: Pick<SecretsDeps, 'fleet'>, name: string, actor: string): void {
  const { stores, commit } = fleet;
  commit((record) => {
    demand({ fleet }, name, 'remove');
    const named = filesNaming(fleet, name);
    if (named.length > 0) {
      throw new Fault('conflict', `cannot remove the secret ${name}: the fleet names it`, {
        findings: named.map((place) => ({ ...place, message: `${showReference(name)} stands in it` })),
        hint: 'take it out there and apply, then remove it',
      });
    }
    stores.secrets.remove(name);
    record({ at: fleet.now(), kind: 'SecretRemoved', host: '', unit: '', message: `${actor} removed secret ${name}` });
  });
}

/** Also those that no host has at the moment. */
function filesNaming({ stores }: FleetDeps, name: string): Place[] {
  const latest = stores.revisions.latest();
  const files = latest ? stores.revisions.files(latest.revision) : [];
  return files
    .filter(({ content }) => Buffer.from(content).includes(showReference(name)))
    .map(({ folder, path, content }) => {
      const before = Buffer.from(content).toString('utf8').split(showReference(name))[0] ?? '';
      return {
        file: `${folder}/${path}`,
        line: before.split('\n').length,
        column: before.length - before.lastIndexOf('\n'),
      };
    });
}

export interface ListedSecret {
  readonly name: string;
  readonly number: number;
  readonly setAtMs: number;
  readonly setBy: string;
  /** Whether the key that is there opens it. */
  readonly isReadable: boolean;
  /** `unit@host` of all that have it. */
  readonly units: readonly string[];
}

export function listSecrets({ fleet: { stores }, vault }: SecretsDeps): ListedSecret[] {
  const users = new Map<string, string[]>();
  for (const [host, { spec }] of stores.specs.all()) {
    for (const unit of spec.units) {
      for (const { name } of unit.secrets ?? []) users.set(name, [...(users.get(name) ?? []), `${unit.name}@${host}`]);
    }
  }
  return stores.secrets.all().map((row) => ({
    name: row.name,
    number: row.number,
    setAtMs: row.setAt,
    setBy: row.setBy,
    isReadable: vault.isReadable(row),
    units: users.get(row.name) ?? [],
  }));
}

function demand({ fleet: { stores } }: Pick<SecretsDeps, 'fleet'>, name: string, verb: string): void {
  if (stores.secrets.find(name)) return;
  const names = stores.secrets.all().map((one) => one.name);
  throw new Fault('not_found', `cannot ${verb} the secret ${name}: there is none of that name`, {
    hint:
      didYouMean(name, names) ??
      (verb === 'rotate' ? `to make it: promfleet secret set ${name}` : 'see "promfleet secret list"'),
  });
}

function checkName(name: string): void {
  if (SECRET_NAME.test(name)) return;
  throw new Fault('invalid', `cannot set a secret of the name ${JSON.stringify(name)}`, {
    hint: 'letters, digits and . _ - are allowed, 63 at most, the first a letter or a digit',
  });
}

function checkValue(name: string, value: string): void {
  const refused = (why: string, hint?: string) =>
    new Fault('invalid', `cannot set the secret ${name}: ${why}`, { hint });
  const size = Buffer.byteLength(value);
  if (size === 0) throw refused('its value is empty', 'pipe it in: promfleet secret set NAME < FILE');
  if (size > LONGEST) throw refused(`its value has ${size} bytes, and ${LONGEST} are the most`);
  if (!value.isWellFormed() || /[\0\ufffd]/.test(value)) {
    throw refused('its value is not UTF-8 text', 'of bytes, set the base64, where what reads it takes that');
  }
  if (value.trim().length < SHORTEST) {
    throw refused(
      `its value has fewer than ${SHORTEST} characters`,
      'so short a word could be kept out of no log, and is quickly guessed: choose a longer one, or write it into the file itself',
    );
  }
}
