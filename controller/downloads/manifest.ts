import { z } from 'zod';

// What `npm run build` leaves in dist/downloads/manifest.json for the controller to serve.

export const PLATFORMS = ['linux-x64', 'linux-arm64'] as const;
export type Platform = (typeof PLATFORMS)[number];
/** The better first. */
export const ENCODINGS = ['xz', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** They go into a shell script and into paths: nothing there needs to be quoted. */
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);

const packed = z.object({
  encoding: z.enum(ENCODINGS),
  file: word,
  size: z.int().positive(),
  sha256,
});

const download = z.object({
  /** The program that runs the agent, or the agent. */
  name: z.enum(['runtime', 'agent']),
  version: word,
  platform: z.enum(PLATFORMS),
  /** Of the tar itself: the same however it is compressed. */
  sha256,
  /** Bytes, unpacked. */
  size: z.int().positive(),
  files: z.array(packed).min(1),
});

export const manifest = z.object({ downloads: z.array(download) });

export type Packed = z.infer<typeof packed>;
export type Download = z.infer<typeof download>;
export type Manifest = z.infer<typeof manifest>;

/** The name of its directory on a host: the start of the digest keeps two builds of one version apart. */
export const directoryOf = ({ version, sha256 }: Pick<Download, 'version' | 'sha256'>): string =>
  `${version}-${sha256.slice(0, 12)}`;
