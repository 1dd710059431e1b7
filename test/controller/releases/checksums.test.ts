import assert from 'node:assert/strict';
import { test } from 'vitest';
import { digestFor as digestIn } from '../../../controller/releases/checksums.ts';

const digestFor = (list: string, name: string) => digestIn(list, name, 'https://example/sha256sums.txt');
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

test('a list that names the file twice is refused, whatever it says', () => {
  const name = 'node_exporter-1.9.0.linux-amd64.tar.gz';
  for (const again of ['3', '9']) {
    assert.throws(() => digestFor(`${LIST}${digest(again)}  ${name}\n`, name), { code: 'invalid', message: /2 times/ });
  }
});

test('a broken line makes the whole list worthless: a short digest, one blank, no name', () => {
  for (const line of [`${digest('1').slice(1)}  a`, `${digest('1')} a`, `${digest('1')}  `]) {
    assert.throws(() => digestFor(`${LIST}${line}`, 'a'), { code: 'invalid' }, line);
  }
});

test('a page of a proxy is no list: the source does not answer', () => {
  for (const page of ['<html>Sign in</html>', '']) assert.throws(() => digestFor(page, 'a'), { code: 'unavailable' });
});
