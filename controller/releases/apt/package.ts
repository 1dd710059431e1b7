/** A binary package that the lists of a suite hold. Sizes in bytes. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Packages built together share it, and only they belong together. */
  readonly sourceVersion: string;
  readonly size: number;
  readonly unpackedSize: number;
}

/** Reads what `apt-cache show` prints: stanzas of `Field: value`, longer values on lines that begin with a blank. */
export function readPackages(output: string): DebianPackage[] {
  return output
    .split(/\n\n+/)
    .map(readFields)
    .filter((fields) => fields.has('Package') && fields.has('Version'))
    .map((fields) => {
      const version = fields.get('Version') ?? '';
      return {
        name: fields.get('Package') ?? '',
        version,
        sourceVersion: /\((.+)\)/.exec(fields.get('Source') ?? '')?.[1] ?? version,
        size: Number(fields.get('Size') ?? 0),
        unpackedSize: Number(fields.get('Installed-Size') ?? 0) * 1024,
      };
    });
}

function readFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of stanza.split('\n')) {
    const [, name, value] = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value);
  }
  return fields;
}
