import type { Flags } from './component.ts';

/** Everything that it serves moves under this path: `--web.route-prefix`, or else the path of `--web.external-url`. */
export function routePrefix(flags: Flags): string {
  const url = String(flags['web.external-url'] ?? '');
  const path = flags['web.route-prefix'] ?? url.replace(/^[a-z]+:\/\/[^/]*/i, '');
  const prefix = String(path).replaceAll(/^\/+|\/+$/g, '');
  return prefix === '' ? '' : `/${prefix}`;
}
