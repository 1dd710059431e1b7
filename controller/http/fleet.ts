import type { z } from 'zod';
import { Fault } from '../../proto/fault.ts';
import { type Revision, showRevision } from '../../proto/revision.ts';
import type { Plan } from '../fleet/compare.ts';
import { inLayers } from '../fleet/layers.ts';
import { unifiedDiff } from '../fleet/unified-diff.ts';
import type { FolderFile, StoredRevision } from '../store/revisions.ts';
import type { Call } from './call.ts';
import type { ApplyRequest, Fleet, HttpDeps } from './deps.ts';
import type * as schemas from './schemas.ts';

export type { Plan };
/** What an apply and an undo answer. */
export type Applied = Awaited<ReturnType<Fleet['apply']>>;
export type RevisionView = z.infer<typeof schemas.revisionView>;
export type RevisionDetail = z.infer<typeof schemas.revisionDetail>;

type PlanBody = z.output<typeof schemas.planRequest>;
export type UndoPlan = Omit<z.infer<typeof schemas.undoPlan>, 'plan'> & { readonly plan: Plan };
type UndoBody = z.output<typeof schemas.undoRequest>;
type ApplyBody = z.output<typeof schemas.applyRequest>;

const readFolder = ({ folder, layers, files, discardOverrides }: PlanBody): ApplyRequest => ({
  folder,
  discardOverrides,
  files: inLayers(
    layers,
    files.map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') })),
  ),
});

export async function planFleet(deps: HttpDeps, { body }: Call<PlanBody>) {
  return (await deps.fleet.preview(readFolder(body))).plan;
}

export async function applyFleet(deps: HttpDeps, { body, actor }: Call<ApplyBody>) {
  const { base, allowRemove, allowEmpty, note } = body;
  const request = { ...readFolder(body), base, allowRemove, allowEmpty, note };
  return await deps.fleet.apply(request, actor.name);
}

const readTo = ({ to }: Pick<UndoBody, 'to'>): Revision | undefined =>
  to === undefined ? undefined : readRevision(to);

export async function planUndo(deps: HttpDeps, { body }: Call<Pick<UndoBody, 'to'>>): Promise<UndoPlan> {
  const { plan, target, filesChange } = await deps.fleet.previewUndo(readTo(body));
  return { plan, to: viewRevision(target), filesChange };
}

export const undoFleet = async (deps: HttpDeps, { body, actor }: Call<UndoBody>) =>
  await deps.fleet.undo(readTo(body), actor.name, body.base);

/** Reads what `showRevision` writes. */
export function readRevision(text: string): Revision {
  const [, epoch, number] = /^(?:(\d+)\.)?(\d+)$/.exec(text) ?? [];
  if (number !== undefined) return { epoch: Number(epoch ?? 1), number: Number(number) };
  throw new Fault('invalid', `cannot read ${text} as a revision: it is a number, or two with a dot between`, {
    hint: 'run "promfleet history" to see them',
  });
}

export const listRevisions = ({ stores }: HttpDeps, { query }: Call<unknown, { limit: number }>): RevisionView[] =>
  stores.revisions.list(query.limit).map(viewRevision);

const viewRevision = ({ revision, createdAtMs, actor, cause, note }: StoredRevision): RevisionView => ({
  revision: showRevision(revision),
  createdAtMs,
  actor,
  cause,
  note,
});

export function showRevisionDetail({ stores }: HttpDeps, { params }: Call): RevisionDetail {
  const revision = readRevision(params['revision'] ?? '');
  const stored = stores.revisions.find(revision);
  if (!stored) {
    throw new Fault('not_found', `cannot show revision ${showRevision(revision)}: there is none of that number`, {
      hint: 'run "promfleet history" to see them',
    });
  }
  const previous = stores.revisions.before(revision)?.revision;
  return {
    ...viewRevision(stored),
    previous: previous ? showRevision(previous) : '',
    files: compareFolders(previous ? stores.revisions.files(previous) : [], stores.revisions.files(revision)),
    releases: [
      ...new Set(
        Object.values(stored.locks).map((lock) => `${lock.component} ${lock.version} ${lock.arch} (${lock.build})`),
      ),
    ],
  };
}

/** Only what differs, as unified diffs. */
export function compareFolders(old: readonly FolderFile[], now: readonly FolderFile[]): RevisionDetail['files'] {
  const read = (files: readonly FolderFile[]) =>
    new Map(files.map((file) => [`${file.folder}\0${file.path}`, Buffer.from(file.content).toString('utf8')]));
  const before = read(old);
  const after = read(now);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  return changed.sort().map((key) => {
    const [folder = '', path = ''] = key.split('\0');
    const from = before.get(key);
    const to = after.get(key);
    const change = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
    return { folder, path, change, diff: unifiedDiff(path, from ?? '', to ?? '') };
  });
}
