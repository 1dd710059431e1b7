import { fleetSchema, schemaOf } from '../fleet/json-schema/json-schema.ts';
import { type Route, route } from './call.ts';
import { sendDownload, showInstallScript } from './downloads.ts';
import { showAsset, showPage } from './page.ts';

/** What is served to whoever asks: nothing of it is particular to anyone, and none of it is a secret. */
export const publicRoutes: readonly Route[] = [
  route({
    on: 'GET /install.sh',
    access: 'anyone',
    summary:
      'Installs the agent on a host; what proves it is the key of this server, or the digest that comes with a token',
    run: showInstallScript,
  }),
  route({
    on: 'GET /downloads/:file',
    access: 'anyone',
    summary: 'What that script installs; its digest is in it',
    run: sendDownload,
  }),
  ...['GET /v1/schema', 'GET /v1/schema/:kind'].map((on) =>
    route({
      on,
      access: 'anyone',
      summary: 'The fleet language, or one kind of it, as a JSON Schema (draft 7)',
      run: (_, { params: { kind } }) => (kind === undefined ? fleetSchema() : schemaOf(kind)),
    }),
  ),
  route({ on: 'GET /', access: 'anyone', summary: 'The page', run: showPage }),
  route({ on: 'GET /assets/*file', access: 'anyone', summary: 'What the page is made of', run: showAsset }),
];
