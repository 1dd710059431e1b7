import type { StatusView } from '../../http/views.ts';
import type { Ports, QuickStartHome } from './home.ts';

export interface Summary {
  readonly home: QuickStartHome;
  readonly isDefaultHome: boolean;
  readonly ports: Ports;
  readonly status: StatusView;
  readonly pageKey: string;
  /** The folder that was applied; undefined when the fleet was left as it is. */
  readonly folder: string | undefined;
  /** As whoever reads this can type it: `promfleet`, or `npx promfleet` in a clone. */
  readonly program: string;
}

/** Where everything is, and what to type next: each line works as it stands. */
export function summaryLines({ home, isDefaultHome, ports, status, pageKey, folder, program }: Summary): string[] {
  const units = status.hosts.flatMap((host) => host.units);
  const type = isDefaultHome ? program : `${program} --socket ${home.socket}`;
  const first = status.hosts[0];
  const logged = first?.units[0] ? `${first.units[0].name}@${first.name}` : 'UNIT@HOST';
  const shown = folder ?? 'FOLDER';
  return [
    '',
    `  live page   http://127.0.0.1:${ports.pagePort}/#key=${pageKey}`,
    ...units
      .filter((unit) => unit.component === 'prometheus')
      .map((unit) => `  Prometheus  http://127.0.0.1:${unit.port}`),
    `  API         https://127.0.0.1:${ports.apiPort}`,
    ...(folder ? [`  fleet       ${folder}`] : []),
    '',
    `  next        ${type} status`,
    `              ${type} logs ${logged} -f`,
    `              edit the fleet, then ${type} plan -f ${shown}`,
    `              ${program} down${isDefaultHome ? '' : ` --dir ${home.directory}`}`,
  ];
}

/** Debian's builds are other programs than upstream's in ways that a newcomer would stumble on. */
export const DEBIAN_BUILDS =
  'Some releases are Debian’s builds, since no source before apt answered with one. They lack Prometheus’s own web UI (the live page below has a query box) and some service discoveries (consul, kuma, nomad …).';
