/** Where the words beside a mark stand on the screen; everything in CSS pixels of the pane, from its upper left corner. */

export type ScreenPoint = readonly [number, number];

export interface ScreenBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What is seen of a mark: lines, or the area that it encloses, by its borders. */
export interface Outline {
  lines: readonly (readonly [ScreenPoint, ScreenPoint])[];
  area: ScreenBox | null;
  /** The area is the ellipse in that box. */
  isRound?: boolean;
}

interface Surroundings {
  pane: { width: number; height: number };
  /** Where other words stand already. */
  taken: readonly ScreenBox[];
  /** Other marks on the same image. */
  others: readonly Outline[];
}

interface Place {
  box: ScreenBox;
  cost: number;
}

type Size = Pick<ScreenBox, "width" | "height">;

// Nearer, words and handles run together; each further ring is tried only where the one before has no free place.
const RINGS_PX = [10, 24, 42, 64, 90, 130, 180, 240];
const PANE_MARGIN_PX = 4;
const WORDS_APART_PX = 3;
// What is worse than a longer way to the mark, in pixels of that way.
const OVER_OWN_MARK = 4000;
const WITHIN_OWN_AREA = 1500;
const OVER_WORDS = 2000;
const OVER_OTHER_MARK = 140;
// The side that the eye expects comes first: right, left, above, below, then the corners.
const LATER_SIDE = 1.5;

/** The best free place near a mark: inside the pane, beside the mark and not over it, apart from other words. */
export function placeOfWords(own: Outline, size: Size, around: Surroundings): ScreenBox {
  const seeds = seedsOf(own);
  let best: Place = {
    box: insidePane({ left: 0, top: 0, ...size }, around.pane),
    cost: Number.POSITIVE_INFINITY,
  };
  for (const ring_px of RINGS_PX) {
    const places = seeds.flatMap((seed) =>
      boxesBeside(seed, size, ring_px).map((beside, side): Place => {
        const box = insidePane(beside, around.pane);
        return { box, cost: costOf(box, own, around) + side * LATER_SIDE };
      }),
    );
    best = places.reduce((one, other) => (other.cost < one.cost ? other : one), best);
    if (best.cost < OVER_OTHER_MARK) break;
  }
  return best.box;
}

/** The line that joins words to their mark: from its nearest point to theirs. */
export function leaderLine(own: Outline, words: ScreenBox): [ScreenPoint, ScreenPoint] {
  const middle: ScreenPoint = [words.left + words.width / 2, words.top + words.height / 2];
  const ends = own.area
    ? [pointOfArea(own, own.area, middle)]
    : own.lines.flatMap((line) => pointsAlong(line));
  const pairs = ends.map((from) => {
    const to = nearestInBox(words, from);
    return { from, to, length: Math.hypot(to[0] - from[0], to[1] - from[1]) };
  });
  const shortest = pairs.reduce((one, other) => (other.length < one.length ? other : one));
  return [shortest.from, shortest.to];
}

/** Where the border of an area is met on the way to a point outside of it. */
function pointOfArea({ isRound }: Outline, area: ScreenBox, towards: ScreenPoint): ScreenPoint {
  if (!isRound) return nearestInBox(area, towards);
  const [x, y] = [area.left + area.width / 2, area.top + area.height / 2];
  const [across, down] = [towards[0] - x, towards[1] - y];
  const part = 1 / Math.max(1, Math.hypot(across / (area.width / 2), down / (area.height / 2)));
  return [x + across * part, y + down * part];
}

/** The whole of a mark, and of one that is made of lines each of their ends: a long line has its words at one of them. */
function seedsOf({ lines, area }: Outline): ScreenBox[] {
  if (area) return [area];
  const points = lines.flat();
  return [boxOfPoints(points), ...points.map(([left, top]) => ({ left, top, width: 0, height: 0 }))];
}

export function boxOfPoints(points: readonly ScreenPoint[]): ScreenBox {
  const [columns, rows] = [points.map(([column]) => column), points.map(([, row]) => row)];
  const [left, top] = [Math.min(...columns), Math.min(...rows)];
  return { left, top, width: Math.max(...columns) - left, height: Math.max(...rows) - top };
}

function boxesBeside(seed: ScreenBox, { width, height }: Size, gap_px: number): ScreenBox[] {
  const right = seed.left + seed.width + gap_px;
  const left = seed.left - gap_px - width;
  const below = seed.top + seed.height + gap_px;
  const above = seed.top - gap_px - height;
  const [across, down] = [seed.left + (seed.width - width) / 2, seed.top + (seed.height - height) / 2];
  const corners: [number, number][] = [
    [right, down],
    [left, down],
    [across, above],
    [across, below],
    [right, above],
    [right, below],
    [left, above],
    [left, below],
  ];
  return corners.map(([x, y]) => ({ left: x, top: y, width, height }));
}

function insidePane(box: ScreenBox, pane: Surroundings["pane"]): ScreenBox {
  const within = (start: number, length: number, whole: number) =>
    Math.max(PANE_MARGIN_PX, Math.min(start, whole - PANE_MARGIN_PX - length));
  const left = within(box.left, box.width, pane.width);
  return { ...box, left, top: within(box.top, box.height, pane.height) };
}

function costOf(box: ScreenBox, own: Outline, { taken, others }: Surroundings): number {
  const apart = grown(box, WORDS_APART_PX);
  let cost = distanceTo(own, box);
  if (own.area && contains(own.area, box)) cost += WITHIN_OWN_AREA;
  else if (isOver(own, apart)) cost += OVER_OWN_MARK;
  for (const words of taken) if (overlaps(apart, words)) cost += OVER_WORDS;
  for (const other of others) if (isOver(other, box)) cost += OVER_OTHER_MARK;
  return cost;
}

function grown({ left, top, width, height }: ScreenBox, by: number): ScreenBox {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}

export function overlaps(one: ScreenBox, other: ScreenBox): boolean {
  return (
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height
  );
}

function contains(outer: ScreenBox, inner: ScreenBox): boolean {
  return (
    inner.left > outer.left &&
    inner.top > outer.top &&
    inner.left + inner.width < outer.left + outer.width &&
    inner.top + inner.height < outer.top + outer.height
  );
}

/** Whether a box lies over anything of a mark. */
export function isOver({ lines, area }: Outline, box: ScreenBox): boolean {
  return (area !== null && overlaps(area, box)) || lines.some(([from, to]) => crosses(from, to, box));
}

/** Whether a piece of line passes through a box: what is left of it between each pair of borders (Liang and Barsky, 1984). */
function crosses([x0, y0]: ScreenPoint, [x1, y1]: ScreenPoint, box: ScreenBox): boolean {
  const [across, down] = [x1 - x0, y1 - y0];
  const borders: [number, number][] = [
    [-across, x0 - box.left],
    [across, box.left + box.width - x0],
    [-down, y0 - box.top],
    [down, box.top + box.height - y0],
  ];
  let [start, end] = [0, 1];
  for (const [way, room] of borders) {
    if (way === 0 && room < 0) return false;
    if (way < 0) start = Math.max(start, room / way);
    if (way > 0) end = Math.min(end, room / way);
  }
  return start <= end;
}

/** From the nearest point of a mark to a box; 0 where they touch. */
function distanceTo(own: Outline, box: ScreenBox): number {
  if (isOver(own, box)) return 0;
  const [from, to] = leaderLine(own, box);
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}

function nearestInBox({ left, top, width, height }: ScreenBox, [column, row]: ScreenPoint): ScreenPoint {
  return [Math.min(Math.max(column, left), left + width), Math.min(Math.max(row, top), top + height)];
}

// Fine enough for a line to the words that looks like the shortest.
const PARTS_OF_LINE = 8;

function pointsAlong([from, to]: readonly [ScreenPoint, ScreenPoint]): ScreenPoint[] {
  return Array.from({ length: PARTS_OF_LINE + 1 }, (_, index): ScreenPoint => {
    const part = index / PARTS_OF_LINE;
    return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
  });
}
