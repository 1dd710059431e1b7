import type { z } from 'zod';
import { Fault } from '../../proto/fault.ts';
import { showRevision } from '../../proto/revision.ts';
import { foldersOf, readFleet } from '../fleet/read-fleet.ts';
import { child, type Tree, textOf, toValue } from '../fleet/tree.ts';
import type { FolderFile } from '../store/revisions.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type { resourceView } from './schemas.ts';
import type { StatusView } from './views.ts';

export type ResourceView = z.infer<typeof resourceView>;

/** The documents of a revision, as they were written; those of several layers as one. */
export const readResources = (files: readonly FolderFile[]): ResourceView[] =>
  readFleet(foldersOf(files, () => ''))
    .documents.flatMap(({ folder, tree }) => {
      const [kind, name] = [textOf(child(tree, 'kind')), textOf(child(tree, 'name'))];
      if (kind === undefined || name === undefined) return [];
      const { file, line } = tree.place;
      const overriddenIn = [...filesIn(tree)].filter((one) => one !== file);
      return [{ kind, name, folder, file, line, overriddenIn, document: toValue(tree) }];
    })
    .sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));

/** Every file that wrote a part of it. */
function filesIn(tree: Tree, files = new Set<string>()): Set<string> {
  files.add(tree.place.file);
  if (tree.kind === 'list') for (const item of tree.items) filesIn(item, files);
  if (tree.kind === 'map') for (const { value } of tree.entries) filesIn(value, files);
  return files;
}

export function listResources({ stores }: HttpDeps, { params }: Call): ResourceView[] {
  const latest = stores.revisions.latest();
  const all = latest ? readResources(stores.revisions.files(latest.revision)) : [];
  const { kind, name } = params;
  const ofKind = kind === undefined ? all : all.filter((one) => one.kind.toLowerCase() === kind.toLowerCase());
  if (kind !== undefined && ofKind.length === 0)
    throw missing(kind, undefined, [...new Set(all.map((one) => one.kind))]);
  const found = name === undefined ? ofKind : ofKind.filter((one) => one.name === name);
  if (kind !== undefined && name !== undefined && found.length === 0) {
    throw missing(
      kind,
      name,
      ofKind.map((one) => one.name),
    );
  }
  return found;
}

function missing(kind: string, name: string | undefined, there: readonly string[]): Fault {
  return new Fault('not_found', `cannot get ${name === undefined ? kind : `${kind} ${name}`}: the fleet has none`, {
    hint: there.length > 0 ? `it has ${there.join(', ')}` : 'nothing was applied yet: run "promfleet apply -f DIR"',
  });
}

/** What was applied last, by whom, under which name. */
export function showFleet({ stores }: HttpDeps): StatusView['fleet'] {
  const latest = stores.revisions.latest();
  if (!latest) return null;
  const name = stores.meta.written().fleet;
  return { name, revision: showRevision(latest.revision), appliedAtMs: latest.createdAtMs, actor: latest.actor };
}
