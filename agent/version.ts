/** Set when the bundle is built; from source there is no version. */
declare const PROMFLEET_VERSION: string | undefined;

export const AGENT_VERSION = typeof PROMFLEET_VERSION === 'string' ? PROMFLEET_VERSION : '0.0.0-source';
