import type { Finding } from '../../proto/fault.ts';
import type { HostReport, Problem } from '../../proto/report.ts';
import { compareRevisions, NO_REVISION, type Revision, showRevision } from '../../proto/revision.ts';
import type { Stores } from '../store/stores.ts';
import type { Plan } from './compare.ts';

/** While the controller is held: what a host has seen and its stored spec is not. Undefined: it is not ahead. */
export function aheadProblem(
  { meta, revisions }: Pick<Stores, 'meta' | 'revisions'>,
  report: Pick<HostReport, 'revision'> | undefined,
  spec: { readonly revision: Revision } | undefined,
): Problem | undefined {
  if (!report || !meta.held()) return undefined;
  const known = spec?.revision ?? revisions.latest()?.revision ?? NO_REVISION;
  if (compareRevisions(report.revision, known) <= 0) return undefined;
  return {
    code: 'ahead',
    message: `it is ahead of this controller: it works to revision ${showRevision(report.revision)}, and the newest that is known of it here is ${showRevision(known)}; the state of this controller was restored from before that`,
    hint: 'it goes on as it is until the next apply, which makes it what is applied then',
  };
}

/** A plan compares with what is stored, and on such a host that is not what runs: there is no "nothing to do" for it. */
export function ofHostsAhead({ stores }: { readonly stores: Stores }, plan: Plan): Plan {
  const notes = [...stores.reports.all()].flatMap(([host, { report }]): Finding[] => {
    const problem = aheadProblem(stores, report, stores.specs.find(host)?.spec);
    return problem ? [{ message: `${host}: ${problem.message}`, hint: HINT }] : [];
  });
  return notes.length === 0 ? plan : { ...plan, changes: true, notes: [...notes, ...plan.notes] };
}

const HINT =
  'what is said of its units compares with what is stored here, not with what runs there: an apply makes it what the folder says, and what it has of that already is neither changed nor restarted';
