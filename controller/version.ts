declare const PROMFLEET_VERSION: string | undefined;

/** Written in by the build; a run from source is nobody's release. */
export const VERSION: string = typeof PROMFLEET_VERSION === 'string' ? PROMFLEET_VERSION : 'from source';
