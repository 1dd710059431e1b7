import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'vitest';
import { Document, Scalar } from 'yaml';
import { placesIn } from '../../../../controller/fleet/promql/scalar-places.ts';
import { at, type Leaf } from '../../../../controller/fleet/tree.ts';
import { readYamlFile } from '../../../../controller/fleet/yaml-file.ts';

const exprIn = (yaml: string): Leaf =>
  at(readYamlFile('f.yml', Buffer.from(yaml)).documents[0] ?? assert.fail('no YAML'), ['rules', 0, 'expr']) as Leaf;

/** Line and column of the first `@` of a rule's expression. */
function placeOfSign(yaml: string): string {
  const leaf = exprIn(yaml);
  const { line, column } = placesIn(yaml, leaf)(leaf.text.indexOf('@'));
  return `${line}:${column}`;
}

test('a character of an expression is found in the file, however YAML writes it', () => {
  assert.equal(placeOfSign('rules:\n  - expr: up @ 3\n'), '2:14');
  assert.equal(placeOfSign('rules:\n  - expr: sum(\n      up\n\n      @)\n'), '5:7');
  assert.equal(placeOfSign(`rules:\n  - expr: 'it''s @'\n`), '2:18');
  assert.equal(placeOfSign('rules:\n  - expr: "a\\"\\u0041\\\n      \\tb @"\n'), '3:11');
  assert.equal(placeOfSign('rules:\n  - expr: |\n      sum(\n        up @\n      )\n'), '4:12');
  assert.equal(placeOfSign('rules:\n  - expr: |2-\n        up\n      @\n'), '4:7');
  assert.equal(placeOfSign('rules:\n  - expr: >-\n      sum(\n\n      up\n      @ )\n'), '6:7');
  assert.equal(placeOfSign('rules:\n  - expr: >\r\n      sum(\r\n      up @\r\n'), '4:10');
  assert.equal(placeOfSign('rules: [{ expr: &a "up @" }]\n'), '1:24');
});

test('every character of a text, in every style, stands where it is said to', () => {
  const parts = ['sum', '(', '"a"', "'x'", '\\d', '\n', '\n\n', ' ', '  indented', '[5m]', 'é', '😀', '\t'];
  const texts = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 14 }).map((all) => all.join(' '));
  const styles = fc.constantFrom<Scalar.Type>('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
  fc.assert(
    fc.property(texts, styles, fc.constantFrom(20, 40, 0), (text, type, lineWidth) => {
      const scalar = new Scalar(text);
      scalar.type = type;
      const yaml = new Document({ rules: [{ expr: scalar, for: '5m' }] }).toString({ lineWidth });
      const leaf = exprIn(yaml);
      const place = placesIn(yaml, leaf);
      const lines = yaml.split('\n');
      for (const [offset, character] of leaf.text.split('').entries()) {
        if (/[\s"'\\]/.test(character)) continue;
        const { line, column } = place(offset);
        assert.equal(lines[line - 1]?.[column - 1], character, `${JSON.stringify(yaml)} at ${offset}`);
      }
    }),
    { numRuns: 500 },
  );
});
