import type { Revision } from '../../proto/revision.ts';
import type { FolderFile } from '../store/revisions.ts';
import { untilRecorded } from './basis.ts';
import { type Consent, checkBase, checkOverrides } from './brakes.ts';
import { checkBrakes } from './check-brakes.ts';
import type { Plan } from './compare.ts';
import type { FleetDeps } from './deps.ts';
import { type ApplyRequest, type Preview, workOut } from './preview.ts';
import { recordRevision } from './record-revision.ts';

export interface Applied {
  readonly revision: Revision;
  readonly plan: Plan;
}

/** The `apply` verb. What is so already makes no revision. @throws Fault `invalid`, or `conflict` naming what is in the way */
export const applyFleet = (deps: FleetDeps, request: Request, actor: string): Promise<Applied> =>
  untilRecorded(() => applyOnce(deps, request, actor));

type Request = ApplyRequest & Consent & { readonly note: string };

async function applyOnce(deps: FleetDeps, request: Request, actor: string): Promise<Applied> {
  const { stores } = deps;
  checkBase(request.base, stores.revisions.latest()?.revision);
  const specs = stores.specs.all();
  const overrides = stores.overrides
    .all()
    .filter((one) => specs.get(one.host)?.spec.units.some((unit) => unit.name === one.unit));
  checkOverrides(overrides, request.discardOverrides);
  // What is left of overrides belongs to units that are gone.
  const preview = await workOut(deps, request, [], 'apply');
  const { plan, resolved, files, previous, basis } = preview;
  checkBrakes(deps, preview, request.folder, request);
  const before = previous ? stores.revisions.files(previous.revision) : [];
  const needed =
    !previous || plan.changes || stores.meta.held() || !sameFiles(before, files) || missesSpec(deps, preview);
  if (previous && !needed) return { revision: previous.revision, plan };
  const revision = recordRevision(deps, {
    basis,
    cause: 'apply',
    actor,
    note: request.note,
    files,
    locks: resolved.locks,
    specs: resolved.specs,
    fleet: resolved.fleet,
    switches: resolved.switches,
    message: `applied by ${actor}: ${summary(plan)}`,
    also() {
      stores.placements.replace(resolved.placements);
      stores.overrides.clear();
    },
  });
  return { revision, plan };
}

/** A host with nothing to run has a spec that says so. */
const missesSpec = ({ stores }: FleetDeps, { resolved }: Preview): boolean =>
  [...resolved.specs.keys()].some((host) => !stores.specs.find(host));

function sameFiles(a: readonly FolderFile[], b: readonly FolderFile[]): boolean {
  const key = (file: FolderFile): string => `${file.folder}\0${file.layer}\0${file.path}`;
  const known = new Map(a.map((file) => [key(file), file.content]));
  return (
    a.length === b.length &&
    b.every((file) => {
      const content = known.get(key(file));
      return content !== undefined && Buffer.compare(content, file.content) === 0;
    })
  );
}

/** `2 installed, 1 reloaded`, in the order of the plan. */
export function summary(plan: Plan): string {
  const said: Record<string, string> = {
    remove: 'removed',
    stop: 'stopped',
    restart: 'restarted',
    reload: 'reloaded',
    install: 'installed',
    start: 'started',
    update: 'updated',
  };
  const counts = Object.entries(said).flatMap(([action, word]) => {
    const count = plan.units.filter((unit) => unit.action === action).length;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return counts.length > 0 ? counts.join(', ') : 'no unit changes';
}
