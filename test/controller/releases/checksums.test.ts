import assert from 'node:assert/strict';
import { test } from 'vitest';
import { digestFor } from '../../../controller/releases/checksums.ts';

const digest = (letter: string) => letter.repeat(64);
const LIST = [
  `${digest('1')}  node_exporter-1.9.0.linux-amd64.tar.gz.asc`,
  `${digest('2')}  other_node_exporter-1.9.0.linux-amd64.tar.gz`,
  `${digest('3')}  node_exporter-1.9.0.linux-amd64.tar.gz`,
  `${digest('4')} *node_exporter-1.9.0.linux-arm64.tar.gz`,
  `${digest('5')}  node_exporter-1x9.0.linux-armv7.tar.gz`,
  `${digest('A')}  node_exporter-1.9.0.linux-armv6.tar.gz`,
  '',
].join('\n');

test('only the very file name counts: no suffix, no prefix, no pattern', () => {
  assert.equal(digestFor(LIST, 'node_exporter-1.9.0.linux-amd64.tar.gz'), digest('3'));
  assert.equal(digestFor(LIST, 'node_exporter-1.9.0.linux-armv7.tar.gz'), undefined);
  assert.equal(digestFor(LIST, 'node_exporter-1.9.0.linux-amd64.tar'), undefined);
});

test('binary marks, capital digits and carriage returns are read', () => {
  assert.equal(digestFor(LIST, 'node_exporter-1.9.0.linux-arm64.tar.gz'), digest('4'));
  assert.equal(digestFor(LIST.replaceAll('\n', '\r\n'), 'node_exporter-1.9.0.linux-armv6.tar.gz'), digest('a'));
});

test('a list that gives one file two digests is refused, the same line twice is not', () => {
  const name = 'node_exporter-1.9.0.linux-amd64.tar.gz';
  assert.throws(() => digestFor(`${LIST}${digest('9')}  ${name}\n`, name), { code: 'invalid', message: /two digests/ });
  assert.equal(digestFor(`${LIST}${digest('3')}  ${name}\n`, name), digest('3'));
});

test('what is no checksum list is refused: an error page, a short digest, one blank', () => {
  for (const list of ['<html>Sign in</html>', `${digest('1').slice(1)}  a`, `${digest('1')} a`, `${digest('1')}  `]) {
    assert.throws(() => digestFor(list, 'a'), { code: 'invalid' }, list);
  }
});
