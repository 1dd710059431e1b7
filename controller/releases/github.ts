import type { Network } from './network.ts';
import type { Source } from './source.ts';
import type { FreeBytes } from './space.ts';
import { UpstreamSource } from './upstream.ts';

/** Release files alone: GitHub's API would tell which versions there are, sixty times an hour for all behind one address. */
export const githubSource = (network: Network, free: FreeBytes, base = 'https://github.com'): Source =>
  new UpstreamSource({ name: 'github', base, hasIndex: false, network, free });
