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
  route({ on: 'GET /', access: 'anyone', summary: 'The page', run: showPage }),
  route({ on: 'GET /assets/*file', access: 'anyone', summary: 'What the page is made of', run: showAsset }),
];
