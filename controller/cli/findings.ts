import type { Fault, Finding } from '../../proto/fault.ts';
import type { Paint } from './paint.ts';
import { wrap } from './table.ts';

/**
 * All that is wrong, at once: `file:line:column: message`, as editors and CI jobs read it, and below it what to do.
 * For these a message `breaks` nowhere; for people it does, between words.
 */
export function renderFindings(findings: readonly Finding[], width: number, paint: Paint, breaks = true): string[] {
  return findings.flatMap(({ file, line, column, message, hint }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const [first = '', ...more] = message.split('\n');
    const [indent = ''] = /^ */.exec(first) ?? [];
    const whole = place === '' ? first : `${place}: ${first}`;
    const isLong = breaks && Array.from(whole).length > width;
    const [lead = '', ...rest] = isLong ? wrap(whole.trimStart(), width - 4 - indent.length) : [whole.trimStart()];
    return [
      place !== '' && lead.startsWith(`${place}:`)
        ? paint('strong', `${place}:`) + lead.slice(place.length + 1)
        : indent + lead,
      ...rest.map((text) => `    ${indent}${text}`),
      ...more.map((text) => `    ${text}`),
      ...(hint ? wrap(hint, width - 4).map((text) => paint('dim', `    ${text}`)) : []),
    ];
  });
}

export function renderFault(fault: Fault, width: number, paint: Paint, breaks = true): string[] {
  const [first = '', ...more] = wrap(`promfleet: ${fault.message}`, width);
  const findings = renderFindings(fault.findings, width, paint, breaks);
  return [
    ...(findings.length > 0 ? [...findings, ''] : []),
    paint('bad', first),
    ...more.map((line) => paint('bad', line)),
    ...(fault.hint ? wrap(fault.hint, width - 4).map((line) => `    ${line}`) : []),
  ];
}
