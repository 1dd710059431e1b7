import type { Fault, Finding } from '../../proto/fault.ts';
import type { Paint } from './paint.ts';
import { wrap } from './table.ts';

/** All that is wrong, at once: `file:line:column: message`, as editors and CI jobs read it, and below it what to do. */
export function renderFindings(findings: readonly Finding[], width: number, paint: Paint): string[] {
  return findings.flatMap(({ file, line, column, message, hint }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const [first = '', ...more] = message.split('\n');
    return [
      place === '' ? first : `${paint('strong', `${place}:`)} ${first}`,
      ...more.map((text) => `    ${text}`),
      ...(hint ? wrap(hint, width - 4).map((text) => paint('dim', `    ${text}`)) : []),
    ];
  });
}

export function renderFault(fault: Fault, width: number, paint: Paint): string[] {
  const [first = '', ...more] = wrap(`promfleet: ${fault.message}`, width);
  const findings = renderFindings(fault.findings, width, paint);
  return [
    ...(findings.length > 0 ? [...findings, ''] : []),
    paint('bad', first),
    ...more.map((line) => paint('bad', line)),
    ...(fault.hint ? wrap(fault.hint, width - 4).map((line) => `    ${line}`) : []),
  ];
}
