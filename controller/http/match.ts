import { Fault } from '../../proto/fault.ts';
import { editDistance } from '../../proto/nearest.ts';
import type { Route } from './call.ts';

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Comparing takes the square of it, and anyone may ask. */
const LONGEST_COMPARED = 200;

/** The route for a request. @throws Fault `not_found` that names the nearest. HEAD is answered as GET. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const allowed: string[] = [];
  for (const route of routes) {
    const [on = '', pattern = ''] = route.on.split(' ');
    const params = matchPath(pattern, path);
    if (!params) continue;
    if (on === wanted) return { route, params };
    allowed.push(on);
  }
  if (allowed.length > 0) throw new MethodFault(method, path, allowed);
  const nearest = path.length > LONGEST_COMPARED ? '' : `the nearest is ${nearestPath(routes, path)}; `;
  throw new Fault('not_found', `cannot ${method} ${path}: there is no such route`, {
    hint: `${nearest}all of them are in /v1/openapi.json`,
  });
}

/** The path is there, but not with that method. */
export class MethodFault extends Fault {
  readonly allowed: readonly string[];
  constructor(method: string, path: string, allowed: readonly string[]) {
    super('not_found', `cannot ${method} ${path}: it takes ${allowed.join(', ')}`);
    this.allowed = allowed;
  }
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const rest = wanted.at(-1)?.startsWith('*') ? wanted.length - 1 : undefined;
  if (rest === undefined ? wanted.length !== given.length : given.length <= rest) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = index === rest ? given.slice(index).join('/') : (given[index] ?? '');
    if (/^[:*]/.test(part)) {
      const decoded = decode(value);
      if (!decoded) return undefined;
      params[part.slice(1)] = decoded;
    } else if (part !== value) return undefined;
  }
  return params;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function nearestPath(routes: readonly Route[], path: string): string {
  const scored = routes.map((route) => {
    const pattern = route.on.split(' ')[1] ?? '';
    return { on: route.on, distance: editDistance(fill(pattern, path), path) };
  });
  return scored.sort((a, b) => a.distance - b.distance)[0]?.on ?? '/';
}

/** A variable part costs nothing: it takes what the path has in its place. */
function fill(pattern: string, path: string): string {
  const given = path.split('/');
  return pattern
    .split('/')
    .map((part, index) => (/^[:*]/.test(part) ? (given[index] ?? part) : part))
    .join('/');
}
