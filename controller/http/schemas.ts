import { z } from 'zod';
import { FAULT_CODES } from '../../proto/fault.ts';
import { UNIT_STATES } from '../../proto/report.ts';
import { EVENT_KINDS } from '../events/event.ts';
import { hostFacts } from './host-facts-schema.ts';
import { finding, plan, revision } from './plan-schema.ts';

export { finding, plan, revision, UNIT_ACTIONS } from './plan-schema.ts';

// What goes over HTTP, once: requests are checked with these, types and the OpenAPI document are derived from them.

const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();
const text = z.string();
const whole = z.int().nonnegative();
const labels = z.record(text, text);

export const role = z.enum(['viewer', 'operator', 'admin']);

export const fault = z
  .object({ code: z.enum(FAULT_CODES), message: text, hint: text.optional(), findings: list(finding).optional() })
  .readonly();

export const problem = z.object({ code: text, message: text, hint: text }).readonly();
export const unitView = z
  .object({
    name: text,
    component: text,
    /** '' when nothing wants it any more. */
    wantedVersion: text,
    version: text,
    state: z.enum(UNIT_STATES),
    message: text,
    pid: whole,
    startedAtMs: z.number(),
    readyAtMs: z.number(),
    restarts: whole,
    port: whole,
    activity: z.object({ step: text, done: whole, total: whole }).readonly().optional(),
    lastLines: list(text),
    /** Of the files that it should have; '' when it has none but live ones. */
    wantedDigest: text,
    configDigest: text,
    loadedDigest: text,
    drift: text,
    /** What the process that runs has failed to store; `untilMs` is 0 while it goes on. */
    loss: z.object({ sinceMs: z.number(), untilMs: z.number() }).readonly().optional(),
    stopped: z.boolean(),
  })
  .readonly();
export const hostView = z
  .object({
    name: text,
    online: z.boolean(),
    lastSeenMs: z.number().nullable(),
    /** Of its token, of operators and of the fleet's files, the later over the earlier. */
    labels: z.record(text, text).readonly(),
    /** Those that operators gave it by hand: what PUT …/labels replaces. */
    ownLabels: z.record(text, text).readonly(),
    address: text,
    facts: hostFacts,
    revision: text,
    wantedRevision: text,
    converged: z.boolean(),
    problems: list(problem),
    units: list(unitView),
  })
  .readonly();
export const override = z
  .object({ host: text, unit: text, stopped: z.boolean(), actor: text, createdAtMs: z.number() })
  .readonly();
export const statusView = z
  .object({
    controller: z
      .object({
        version: text,
        epoch: whole,
        startedAtMs: z.number(),
        held: z.boolean(),
        /** Of the last good one; null: there was none. */
        backedUpAtMs: z.number().nullable(),
      })
      .readonly(),
    fleet: z.object({ name: text, revision: text, appliedAtMs: z.number(), actor: text }).readonly().nullable(),
    converged: z.boolean(),
    hosts: list(hostView),
    overrides: list(override),
  })
  .readonly();
export const driftItem = z.object({ host: text, unit: text, what: text, detail: text }).readonly();

export const newToken = z.strictObject({
  uses: z.int().min(1).max(100_000).default(1),
  lastsMs: z.int().min(1000).max(31_536_000_000).default(3_600_000),
  labels: labels.default({}),
});
export const tokenView = z
  .object({
    id: text,
    labels,
    usesLeft: whole,
    expiresAt: z.number(),
    createdAt: z.number(),
    createdBy: text,
    state: z.enum(['valid', 'used', 'expired', 'revoked']),
  })
  .readonly();
/** How a host without the agent joins. */
export const installation = z
  .object({
    /** The whole of it, for a shell on the host. */
    line: text,
    /** Of the script. */
    url: text,
    sha256: text,
    /** Of the server's key: `sha256//…`, as curl takes it. */
    pin: text,
  })
  .readonly();
export const createdToken = z
  .object({
    id: text,
    token: text,
    expiresAt: z.number(),
    enrolAddress: text,
    ca: text,
    /** Null where there is no agent to download. */
    install: installation.nullable(),
    /** Why not. */
    installProblem: text.optional(),
  })
  .readonly();

const file = z.strictObject({ path: z.string().min(1), content: z.base64() });
export const planRequest = z.strictObject({
  folder: z.string().min(1),
  /** From the lowest to the highest: the path of every file begins with the name of its layer. Left out, the folder has none. */
  layers: z.array(z.string()).max(64).default([]),
  files: z.array(file),
  discardOverrides: z.boolean().default(false),
});
export const applyRequest = planRequest.extend({
  base: revision.optional(),
  allowRemove: whole.default(0),
  allowEmpty: z.boolean().default(false),
  note: text.default(''),
});
export const applied = z.object({ revision, plan }).readonly();
export const undoPlanRequest = z.strictObject({
  to: z
    .string()
    .regex(/^(\d+\.)?\d+$/, 'a revision is a number, or two with a dot between')
    .optional(),
});
export const undoRequest = undoPlanRequest.extend({ base: revision.optional() });
export const revisionView = z
  .object({
    revision: text,
    createdAtMs: z.number(),
    actor: text,
    cause: z.enum(['apply', 'undo', 'override', 'inventory']),
    note: text,
  })
  .readonly();
export const undoPlan = z.object({ plan, to: revisionView, filesChange: z.boolean() }).readonly();
export const revisionDetail = z
  .object({
    revision: text,
    createdAtMs: z.number(),
    actor: text,
    cause: revisionView.unwrap().shape.cause,
    note: text,
    previous: text,
    files: list(
      z.object({ folder: text, path: text, change: z.enum(['added', 'changed', 'removed']), diff: text }).readonly(),
    ),
    releases: list(text),
  })
  .readonly();
export const resourceView = z
  .object({
    kind: text,
    name: text,
    folder: text,
    file: text,
    line: whole,
    /** Of the layers that override it, from the lowest to the highest. */
    overriddenIn: list(text),
    document: z.unknown(),
  })
  .readonly();

export const OPERATION_VERBS = ['restart', 'reload', 'stop', 'start'] as const;
export const operationRequest = z.strictObject({
  verb: z.enum(OPERATION_VERBS),
  unit: z.string().min(1),
  on: z.string().min(1),
  /** Of a restart: also when what the unit holds can't be saved. */
  acceptLoss: z.boolean().default(false),
});
export const operationOutcome = z.object({ host: text, unit: text, ok: z.boolean(), message: text }).readonly();

export const event = z
  .object({ id: whole, at: z.number(), kind: z.enum(EVENT_KINDS), host: text, unit: text, message: text })
  .readonly();
export const auditRow = z
  .object({ id: whole, at: z.number(), actor: text, action: text, target: text, outcome: text })
  .readonly();
export const page = z.strictObject({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export const targetsAsked = z.strictObject({ exporter: z.string().optional(), job: z.string().optional() });
export const prometheusView = z.object({ host: text, unit: text, port: whole, version: text }).readonly();
export const targetsView = z
  .object({
    targets: list(
      z
        .object({
          job: text,
          instance: text,
          url: text,
          health: text,
          lastError: text,
          lastScrapeMs: z.number().nullable(),
        })
        .readonly(),
    ),
  })
  .readonly();

export const newOperator = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'lower case letters, digits and . _ - only'),
  role,
  lastsMs: z.int().min(1000).max(315_360_000_000).default(7_776_000_000),
});
export const operatorView = z
  .object({
    name: text,
    role,
    expiresAt: z.number(),
    createdAt: z.number(),
    createdBy: text,
    state: z.enum(['valid', 'expired', 'revoked']),
  })
  .readonly();
export const createdOperator = z.object({ name: text, role, credential: text, expiresAt: z.number() }).readonly();

export const authorityView = z
  .object({
    roots: list(z.object({ fingerprint: text, until: z.number(), signs: z.boolean() }).readonly()),
    rotating: z.boolean(),
    /** Hosts whose certificate is of a root that does not sign any more: a rotation can't finish before they renew. */
    waitingFor: list(text),
  })
  .readonly();
