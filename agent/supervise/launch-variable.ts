/** Carried by every process that an agent starts: it says what was started, whoever remembers. */
export const LAUNCH_VARIABLE = 'PROMFLEET_LAUNCH';
