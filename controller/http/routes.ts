import { z } from 'zod';
import { showAuthority } from './authority.ts';
import { Reply, type Route, route } from './call.ts';
import { applyFleet, listRevisions, planFleet, planUndo, showRevisionDetail, undoFleet } from './fleet.ts';
import { labelHost, listHosts, removeHost, showDrift, showHost, showStatus } from './hosts.ts';
import { tailLog } from './logs.ts';
import { writeMetrics } from './metrics.ts';
import { describeApi } from './openapi.ts';
import { operate, outcomeOf } from './operations.ts';
import { addOperator, listOperators, removeOperator } from './operators.ts';
import { prometheusRoutes } from './prometheus-routes.ts';
import { publicRoutes } from './public-routes.ts';
import { listResources } from './resources.ts';
import * as schemas from './schemas.ts';
import { secretRoutes } from './secret-routes.ts';
import { createToken, listTokens, revokeToken } from './tokens.ts';

const listOf = <T extends z.ZodType>(of: T) => z.array(of).readonly();
const done = z.void();
const limit = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

/** Every way into the controller over HTTP, and who may use it. /v1/live, for viewers, is a WebSocket beside it. */
export const routes: readonly Route[] = [
  route({
    on: 'GET /v1/status',
    access: 'viewer',
    summary: 'Is the fleet what it should be? What is not, and why',
    response: schemas.statusView,
    run: showStatus,
  }),
  route({
    on: 'GET /v1/drift',
    access: 'viewer',
    summary: 'What differs from what is wanted now',
    response: listOf(schemas.driftItem),
    run: showDrift,
  }),
  route({
    on: 'GET /v1/hosts',
    access: 'viewer',
    summary: 'Every host, with its units',
    response: listOf(schemas.hostView),
    run: listHosts,
  }),
  route({
    on: 'GET /v1/hosts/:name',
    access: 'viewer',
    summary: 'One host, with its units',
    response: schemas.hostView,
    run: showHost,
  }),
  route({
    on: 'PUT /v1/hosts/:name/labels',
    access: 'operator',
    doing: 'labelling a host',
    summary: 'Replaces the labels that operators gave a host',
    body: z.strictObject({ labels: z.record(z.string(), z.string()) }),
    response: schemas.hostView,
    run: labelHost,
  }),
  route({
    on: 'DELETE /v1/hosts/:name',
    access: 'admin',
    doing: 'removing a host',
    summary: 'Removes a host: its certificate is good for nothing from now on',
    response: done,
    run: removeHost,
  }),
  route({
    on: 'GET /v1/tokens',
    access: 'operator',
    doing: 'listing join tokens',
    summary: 'Join tokens, the used and expired too',
    response: listOf(schemas.tokenView),
    run: listTokens,
  }),
  route({
    on: 'POST /v1/tokens',
    access: 'operator',
    doing: 'creating a join token',
    summary: 'A join token; it is in this answer and nowhere else',
    body: schemas.newToken,
    response: schemas.createdToken,
    run: createToken,
  }),
  route({
    on: 'DELETE /v1/tokens/:id',
    access: 'operator',
    doing: 'revoking a join token',
    summary: 'Revokes a join token',
    response: done,
    run: revokeToken,
  }),
  route({
    on: 'POST /v1/plan',
    access: 'operator',
    doing: 'planning a fleet (it fetches releases and runs their tools)',
    summary: 'What an apply of this folder would do; changes nothing',
    body: schemas.planRequest,
    response: schemas.plan,
    target: ({ folder }) => folder,
    run: planFleet,
  }),
  route({
    on: 'PUT /v1/fleet',
    access: 'operator',
    doing: 'applying a fleet',
    summary: 'Makes this folder what is wanted',
    body: schemas.applyRequest,
    response: schemas.applied,
    target: ({ folder }) => folder,
    run: applyFleet,
  }),
  route({
    on: 'POST /v1/undo/plan',
    access: 'operator',
    doing: 'planning an undo',
    summary: 'What an undo would do, and which revision it goes back to; changes nothing',
    body: schemas.undoPlanRequest,
    response: schemas.undoPlan,
    target: ({ to }) => to ?? 'the one before',
    run: planUndo,
  }),
  route({
    on: 'POST /v1/undo',
    access: 'operator',
    doing: 'undoing a change',
    summary: 'Makes an earlier revision what is wanted, as a new one',
    body: schemas.undoRequest,
    response: schemas.applied,
    target: ({ to }) => to ?? 'the one before',
    run: undoFleet,
  }),
  ...['GET /v1/resources', 'GET /v1/resources/:kind', 'GET /v1/resources/:kind/:name'].map((on) =>
    route({
      on,
      access: 'viewer',
      summary: 'The documents of the newest revision, as they were written',
      response: listOf(schemas.resourceView),
      run: listResources,
    }),
  ),
  route({
    on: 'GET /v1/revisions',
    access: 'viewer',
    summary: 'Every change of what is wanted, newest first',
    query: limit,
    response: listOf(schemas.revisionView),
    run: listRevisions,
  }),
  route({
    on: 'GET /v1/revisions/:revision',
    access: 'viewer',
    summary: 'One revision, and which files it changed',
    response: schemas.revisionDetail,
    run: showRevisionDetail,
  }),
  route({
    on: 'POST /v1/operations',
    access: 'operator',
    doing: 'restarting, reloading, stopping or starting units',
    summary: 'Restart, reload, stop or start a unit on some hosts',
    body: schemas.operationRequest,
    response: listOf(schemas.operationOutcome),
    target: ({ verb, unit, on }) => `${verb} ${unit} on ${on}`,
    outcome: outcomeOf,
    run: operate,
  }),
  route({
    on: 'GET /v1/logs/:host/:unit',
    access: 'viewer',
    summary: "A unit's log: one JSON object a line",
    query: z.strictObject({
      lines: z.coerce.number().int().min(0).max(10_000).default(100),
      follow: z.stringbool().default(false),
    }),
    run: tailLog,
  }),
  route({
    on: 'GET /v1/events',
    access: 'viewer',
    summary: 'What happened, newest first',
    query: schemas.page,
    response: listOf(schemas.event),
    run: ({ stores }, { query }) => stores.events.list(query),
  }),
  ...prometheusRoutes,
  route({
    on: 'GET /v1/operators',
    access: 'admin',
    doing: 'listing users',
    summary: 'Who may use this controller',
    response: listOf(schemas.operatorView),
    run: listOperators,
  }),
  route({
    on: 'POST /v1/operators',
    access: 'admin',
    doing: 'creating a user',
    summary: 'A credential for someone; it is in this answer and nowhere else',
    body: schemas.newOperator,
    response: schemas.createdOperator,
    target: ({ name }) => name,
    run: addOperator,
  }),
  route({
    on: 'DELETE /v1/operators/:name',
    access: 'admin',
    doing: 'revoking a user',
    summary: 'Revokes a credential',
    response: done,
    run: removeOperator,
  }),
  route({
    on: 'GET /v1/audit',
    access: 'admin',
    doing: 'reading the audit',
    summary: 'Who asked for which change, and what came of it, newest first',
    query: schemas.page,
    response: listOf(schemas.auditRow),
    run: ({ stores }, { query }) => stores.audit.list(query),
  }),
  route({
    on: 'GET /v1/authority',
    access: 'viewer',
    summary: 'The certificate authorities in use',
    response: schemas.authorityView,
    run: showAuthority,
  }),
  route({
    on: 'POST /v1/authority/rotate',
    access: 'admin',
    doing: 'rotating the authority',
    summary: 'Begins to replace the certificate authority: two are trusted until it is finished',
    response: schemas.authorityView,
    async run(deps, { actor }) {
      await deps.authority.rotate(actor.name);
      return showAuthority(deps);
    },
  }),
  route({
    on: 'POST /v1/authority/finish',
    access: 'admin',
    doing: 'ending a rotation of the authority',
    summary: 'Ends a rotation: the old authority is trusted no more',
    response: schemas.authorityView,
    async run(deps, { actor }) {
      await deps.authority.finish(actor.name);
      return showAuthority(deps);
    },
  }),
  route({
    on: 'GET /v1/openapi.json',
    access: 'anyone',
    summary: 'This API, as OpenAPI 3.1',
    run: ({ version }) => describeApi(routes, version),
  }),
  route({
    on: 'GET /metrics',
    access: 'viewer',
    summary: "The controller's own metrics",
    run: (deps) =>
      new Reply(
        200,
        { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        writeMetrics(showStatus(deps), {
          residentBytes: process.memoryUsage.rss(),
          lastBackup: deps.lastBackup(),
        }),
      ),
  }),
  ...secretRoutes,
  ...publicRoutes,
];
