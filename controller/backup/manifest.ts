import { z } from 'zod';
import { Fault, messageOf } from '../../proto/fault.ts';

/** First in the archive, so that whoever reads it knows what must follow. */
export const MANIFEST = 'manifest.json';
export const DATABASE = 'promfleet.db';
export const AUTHORITY = 'pki/authority.json';

const FORMAT = 1;

const entry = z.object({ path: z.string(), size: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const manifestSchema = z.object({
  format: z.int(),
  /** The version that wrote it. */
  promfleet: z.string(),
  createdAtMs: z.number(),
  /** The machine that it was made on. */
  host: z.string(),
  /** Migrations that the database has had. */
  schema: z.int().nonnegative(),
  /** The newest one; '' before the first apply. */
  revision: z.string(),
  files: z.array(entry).readonly(),
});

export type BackupEntry = z.output<typeof entry>;
export type Manifest = z.output<typeof manifestSchema>;
export type Contents = Omit<Manifest, 'format'>;

export const writeManifest = (contents: Contents): string =>
  `${JSON.stringify({ format: FORMAT, ...contents }, null, 2)}\n`;

/** @throws Fault `invalid` when it is none, of a later format, or names files that no backup has. */
export function readManifest(text: string, file: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Fault('invalid', `cannot use ${file}: its ${MANIFEST} is none of a backup`, { cause: messageOf(error) });
  }
  if (manifest.format !== FORMAT) {
    throw new Fault('invalid', `cannot use ${file}: its format is ${manifest.format}, this promfleet knows ${FORMAT}`, {
      hint: `promfleet ${manifest.promfleet} wrote it: restore it with that version or a newer one`,
    });
  }
  const paths = manifest.files.map(({ path }) => path);
  const strange = paths.find((path) => !isStatePath(path) || paths.indexOf(path) !== paths.lastIndexOf(path));
  if (strange !== undefined) throw new Fault('invalid', `cannot use ${file}: ${JSON.stringify(strange)} is in it`);
  const missing = [DATABASE, AUTHORITY].find((path) => !paths.includes(path));
  if (missing) throw new Fault('invalid', `cannot use ${file}: ${missing} is not in it`);
  return manifest;
}

/** Made anew by a controller, fetched again by digest, or of this very machine or process: no part of a backup. */
const PASSING =
  /^(unpacked|partial|apt|lost\+found|control\.sock|controller\.lock.*|last-backup\.json|promfleet\.db-.*)$/;
/** What a restore leaves or works with. */
const RESTORING = /^(\.restoring|restore-unfinished|replaced-.*)$/;
const RELEASES = 'releases';

/** Of the top level of a state directory: what a backup holds. Whatever is not known to be passing is state. */
export const isState = (name: string, withReleases: boolean): boolean =>
  !PASSING.test(name) && !RESTORING.test(name) && !name.endsWith('.tmp') && (withReleases || name !== RELEASES);

/** What is moved aside before another state comes in. Releases stay: they are named by their digests. */
export const isReplaced = (name: string): boolean =>
  isState(name, false) || /^(last-backup\.json|promfleet\.db-.*)$/.test(name);

function isStatePath(path: string): boolean {
  const [top = '', ...below] = path.split('/');
  return [top, ...below].every((part) => part !== '' && part !== '.' && part !== '..') && isState(top, true);
}

const NAME = /^promfleet-\d{8}T\d{6}\.\d{3}Z\.tar\.gz$/;

export const stampOf = (atMs: number): string => new Date(atMs).toISOString().replaceAll(/[-:]/g, '');

/** Sorts by time. */
export const backupName = (atMs: number): string => `promfleet-${stampOf(atMs)}.tar.gz`;

/** The oldest beyond `keep`. Files of other names are somebody else's. */
export const toPrune = (names: readonly string[], keep: number): string[] =>
  names
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed()
    .slice(keep);
