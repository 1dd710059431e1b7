import { type Document, isMap, LineCounter, parseAllDocuments } from 'yaml';
import type { z } from 'zod';
import { Fault } from '../../proto/fault.ts';
import { showRevision } from '../../proto/revision.ts';
import type { FolderFile } from '../store/revisions.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type { resourceView } from './schemas.ts';
import type { StatusView } from './views.ts';

export type ResourceView = z.infer<typeof resourceView>;

/** The documents of a revision, as they were written. */
export function readResources(files: readonly FolderFile[]): ResourceView[] {
  return files
    .filter((file) => /\.ya?ml$/.test(file.path))
    .flatMap(readFile)
    .sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}

function readFile(file: FolderFile): ResourceView[] {
  const text = Buffer.from(file.content).toString('utf8');
  // Most files of a folder are native config: only a line that begins with kind: makes a document ours.
  if (!/^kind:/m.test(text)) return [];
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  return (Array.isArray(documents) ? documents : []).flatMap((document: Document.Parsed) => {
    if (!isMap(document.contents)) return [];
    const kind = document.get('kind');
    const name = document.get('name');
    if (typeof kind !== 'string' || typeof name !== 'string') return [];
    const line = lines.linePos(document.contents.range?.[0] ?? 0).line;
    return [{ kind, name, folder: file.folder, file: file.path, line, document: document.toJS() as unknown }];
  });
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
