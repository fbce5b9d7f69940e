import fc from "fast-check";
import { expect, test } from "vitest";
import {
  boxOfPoints,
  isOver,
  leaderLine,
  type Outline,
  overlaps,
  placeOfWords,
  type ScreenBox,
} from "./wordsPlace";

const PANE = { width: 600, height: 400 };
const WORDS = { width: 80, height: 34 };
const alone = { pane: PANE, taken: [], others: [] };

const line = (x0: number, y0: number, x1: number, y1: number): Outline => ({
  lines: [
    [
      [x0, y0],
      [x1, y1],
    ],
  ],
  area: null,
});
const area = (left: number, top: number, width: number, height: number): Outline => ({
  lines: [],
  area: { left, top, width, height },
});

const lengthOfLeader = (own: Outline, words: ScreenBox) => {
  const [from, to] = leaderLine(own, words);
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
};
const isInside = ({ left, top, width, height }: ScreenBox) =>
  left >= 0 && top >= 0 && left + width <= PANE.width && top + height <= PANE.height;

test("words stand to the right of a mark that has room there, level with its middle", () => {
  expect(placeOfWords(area(100, 100, 40, 60), WORDS, alone)).toEqual({ left: 150, top: 113, ...WORDS });
});

test("at the right edge they stand on the left, at the upper one not above", () => {
  const right = placeOfWords(area(560, 100, 30, 30), WORDS, alone);
  expect(right.left + right.width).toBe(550);
  const corner = placeOfWords(area(570, 2, 28, 20), WORDS, alone);
  expect(isInside(corner) && !isOver(area(570, 2, 28, 20), corner)).toBe(true);
});

test("of a long slanted line they stand at one of its ends or beside it, not far off at the corner of its extent", () => {
  const own = line(80, 60, 400, 360);
  const words = placeOfWords(own, WORDS, alone);
  expect(isOver(own, words)).toBe(false);
  expect(lengthOfLeader(own, words)).toBeLessThan(16);
});

test("a line passes through a box also where it has no end in it (Liang and Barsky, 1984)", () => {
  const box = { left: 10, top: 10, width: 20, height: 20 };
  expect(isOver(line(0, 0, 40, 40), box)).toBe(true);
  expect(isOver(line(0, 20, 40, 20), box)).toBe(true);
  expect(isOver(line(0, 0, 40, 5), box)).toBe(false);
  expect(isOver(line(0, 25, 5, 25), box)).toBe(false);
  expect(isOver(line(25, 0, 45, 20), box)).toBe(false);
});

test("an area that fills the pane has its words within, away from its border", () => {
  const own = area(1, 1, 598, 398);
  const words = placeOfWords(own, WORDS, alone);
  expect(isInside(words)).toBe(true);
  expect(words.left).toBeGreaterThan(1);
});

test("a line to the words goes from the nearest point of the mark to theirs", () => {
  expect(leaderLine(area(0, 0, 10, 10), { left: 30, top: 0, width: 20, height: 10 })).toEqual([
    [10, 5],
    [30, 5],
  ]);
});

const place = fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }));
const extent = fc.tuple(fc.integer({ min: 5, max: 35 }), fc.integer({ min: 5, max: 35 }));
const crowd = fc.record({
  corner: fc.tuple(fc.integer({ min: 0, max: 480 }), fc.integer({ min: 0, max: 280 })),
  marks: fc.array(fc.tuple(place, extent, fc.boolean()), { minLength: 1, maxLength: 5 }),
});

test("of any marks close together all words stand inside the pane, over no words and not over their mark, and near", () => {
  fc.assert(
    fc.property(crowd, ({ corner: [x, y], marks }) => {
      const outlines = marks.map(([[dx, dy], [width, height], isArea]) => {
        const [left, top] = [x + dx, y + dy];
        return isArea ? area(left, top, width, height) : line(left, top, left + width, top + height);
      });
      const taken: ScreenBox[] = [];
      for (const [index, own] of outlines.entries()) {
        const others = outlines.filter((_, other) => other !== index);
        const words = placeOfWords(own, WORDS, { pane: PANE, taken, others });
        expect(isInside(words)).toBe(true);
        expect(isOver(own, words)).toBe(false);
        expect(taken.filter((one) => overlaps(one, words))).toEqual([]);
        expect(lengthOfLeader(own, words)).toBeLessThan(200);
        taken.push(words);
      }
    }),
  );
});

test("to a round mark the line goes as far as its rim", () => {
  const round: Outline = { ...area(0, 0, 20, 20), isRound: true };
  const [from] = leaderLine(round, { left: 40, top: 40, width: 20, height: 20 });
  expect(Math.hypot(from[0] - 10, from[1] - 10)).toBeCloseTo(10, 9);
  expect(from[0]).toBeCloseTo(from[1], 9);
});

test("the box of points", () => {
  expect(
    boxOfPoints([
      [3, 8],
      [1, 9],
    ]),
  ).toEqual({ left: 1, top: 8, width: 2, height: 1 });
});
