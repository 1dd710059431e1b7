import type { Network } from './network.ts';
import type { Source } from './source.ts';
import type { FreeBytes } from './space.ts';
import { UpstreamSource } from './upstream.ts';

/**
 * A copied tree of GitHub's release files at any address, so that filling one is a matter of copying:
 * `BASE/<owner>/<name>/releases/download/v<version>/<archive>` with the checksum list beside it, and, so that it can say
 * what it has, `BASE/<owner>/<name>/versions.txt`, one version in a line.
 */
export const mirrorSource = (network: Network, free: FreeBytes, url: string): Source =>
  new UpstreamSource({ name: `mirror ${url}`, base: url, hasIndex: true, network, free });
