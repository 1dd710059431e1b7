import { Fault } from '../../proto/fault.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const MAX_LABELS = 64;
const MAX_VALUE = 256;

/** Host labels may become Prometheus target labels, so they follow its rules. @throws Fault `invalid` naming the label. */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) {
    throw new Fault('invalid', `cannot set ${entries.length} labels: a host has at most ${MAX_LABELS}`);
  }
  for (const [name, value] of entries) {
    if (!LABEL_NAME.test(name) || name.startsWith('__')) {
      throw new Fault('invalid', `cannot use "${name}" as the name of a label`, {
        hint: 'a label name has letters, digits and _, does not begin with a digit, and __ at its start is reserved',
      });
    }
    if (value.length > MAX_VALUE) {
      throw new Fault('invalid', `cannot set label ${name}: its value is longer than ${MAX_VALUE} characters`);
    }
  }
}
