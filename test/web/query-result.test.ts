import assert from 'node:assert/strict';
import { test } from 'vitest';
import { seriesOf, showSeries, spanOf, toGraph, toRows, windowOf } from '../../controller/web/query-result.ts';

const WINDOW = { start: 100, end: 120, step: 5 };
const matrix = (...result: { metric: Record<string, string>; values?: [number, string][] }[]) =>
  ({ resultType: 'matrix', result }) as const;

test('a window ends on a multiple of its step, so that a refresh asks for the same points', () => {
  assert.deepEqual(windowOf('15m', 1_700_000_003_900), { start: 1_699_999_100, end: 1_700_000_000, step: 5 });
  assert.deepEqual(windowOf('15m', 1_700_000_004_900), windowOf('15m', 1_700_000_003_900));
});

test('samples fall on their own moments, and a gap stays a gap', () => {
  const graph = toGraph(
    matrix({
      metric: { __name__: 'up' },
      values: [
        [105, '1'],
        [115, '0'],
      ],
    }),
    WINDOW,
    10,
  );
  assert.deepEqual(graph.times, [100, 105, 110, 115, 120]);
  assert.deepEqual(graph.values, [[null, 1, null, 0, null]]);
});

test('what is no finite number is not drawn', () => {
  const values: [number, string][] = [
    [100, 'NaN'],
    [105, '+Inf'],
    [110, '-3.5e2'],
  ];
  assert.deepEqual(toGraph(matrix({ metric: {}, values }), WINDOW, 10).values, [[null, null, -350, null, null]]);
});

test('a series of native histograms has no line, and harms none', () => {
  const graph = toGraph(matrix({ metric: { __name__: 'h' } }), WINDOW, 10);
  assert.deepEqual(graph.values, [[null, null, null, null, null]]);
  assert.equal(toRows({ resultType: 'vector', result: [{ metric: { __name__: 'h' } }] })[0]?.value, 'histogram');
});

test('more series than can be told apart are counted, not drawn', () => {
  const graph = toGraph(matrix({ metric: { a: '1' } }, { metric: { a: '2' } }, { metric: { a: '3' } }), WINDOW, 2);
  assert.equal(graph.series.length, 2);
  assert.equal(graph.left, 1);
});

test('a series is written as Prometheus writes it, labels in order', () => {
  const series = seriesOf({ job: 'node', __name__: 'up', instance: 'a "b"' });
  assert.equal(showSeries(series), 'up{instance="a \\"b\\"", job="node"}');
  assert.equal(showSeries(seriesOf({})), '{}');
  assert.equal(seriesOf({ instance: 'a "b"', job: 'node', __name__: 'up' }).key, series.key);
});

test('a scalar and a string are one row each', () => {
  assert.deepEqual(
    toRows({ resultType: 'scalar', result: [100, '42'] }).map(({ name, value }) => [name, value]),
    [['scalar', '42']],
  );
  assert.equal(toRows({ resultType: 'string', result: [100, 'hello'] })[0]?.value, 'hello');
});

test('the axis begins at zero, unless that would make all lines flat', () => {
  const spans = [
    [0.1, 0.5],
    [1, 1],
    [0, 0],
    [990, 1_000],
    [-0.5, -0.1],
    [-1, 1],
  ].map(([low, high]) => spanOf(low as number, high as number).map((edge) => Number(edge.toFixed(3))));
  assert.deepEqual(spans, [
    [0, 0.532],
    [0, 1.2],
    [0, 1],
    [989.2, 1_000.8],
    [-0.532, 0],
    [-1.16, 1.16],
  ]);
  assert.deepEqual(spanOf(null, null), [0, 1]);
});

test('the time before the first sample is left out, but for a little', () => {
  const window = windowOf('15m', 1_700_000_000_000);
  const young = toGraph(matrix({ metric: {}, values: [[window.end, '1']] }), window, 10);
  assert.equal(young.times.length, 24);
  assert.equal(young.times.at(-1), window.end);
  const older = toGraph(matrix({ metric: {}, values: [[window.start + 50, '1']] }), window, 10);
  assert.equal(older.times[0], window.start + 45);
  assert.equal(older.values[0]?.[1], 1);
  assert.equal(toGraph(matrix({ metric: {} }), window, 10).times.length, 181);
});
