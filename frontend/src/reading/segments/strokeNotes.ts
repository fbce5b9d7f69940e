import type { Painted } from "@/viewer";
import { forgetChange, noteChange, notedChange, notedKeys } from "../lastChange";

/** A stroke, and the version of the segment that it was drawn on; null for the first of a segment. */
export interface NotedStroke {
  painted: Painted;
  base: string | null;
}

interface OwnStroke extends NotedStroke {
  key: string;
}

/**
 * What becomes of a stroke takes a moment: its version is written and measured before the read names it. So strokes lie
 * here from when they are made until the read has them, and a page that goes in the middle of one finds it again. Each
 * lies under a key of its own: the form window and the image window note theirs at once, and neither writes over the
 * other's.
 */
export class StrokeNotes {
  private strokes: OwnStroke[] = [];
  private made = 0;

  /** `beginning` is that of the keys of all strokes on the read, see `strokeKeys`. */
  constructor(private readonly beginning: string) {}

  /** Those that an earlier page or another window has left, in the order in which they were drawn; from now on they are this one's. */
  takeLeft(): Painted[] {
    const own = new Set(this.strokes.map(({ key }) => key));
    const left = notedKeys(this.beginning)
      .filter((key) => !own.has(key))
      .sort()
      .flatMap((key): OwnStroke[] => {
        const noted = notedChange<NotedStroke>(key);
        return noted ? [{ ...noted, key }] : [];
      });
    this.strokes = [...left, ...this.strokes];
    return left.map(({ painted }) => painted);
  }

  baseOf(painted: Painted): string | null {
    return this.strokes.find((stroke) => stroke.painted === painted)?.base ?? null;
  }

  add(painted: Painted, base: string | null): void {
    this.made += 1;
    const order = `${Date.now()}-${String(this.made).padStart(6, "0")}`;
    const stroke = { painted, base, key: `${this.beginning}${order}-${crypto.randomUUID()}` };
    this.strokes = [...this.strokes, stroke];
    write(stroke);
  }

  /** The read has it, or will not; strokes that came meanwhile lie on the version that it has now. */
  done(painted: Painted, version: string | null): void {
    const { segmentId } = painted;
    for (const { key } of this.strokes.filter((stroke) => stroke.painted === painted)) forgetChange(key);
    this.strokes = this.strokes
      .filter((stroke) => stroke.painted !== painted)
      .map((stroke) => (stroke.painted.segmentId === segmentId ? { ...stroke, base: version } : stroke));
    for (const stroke of this.strokes) if (stroke.painted.segmentId === segmentId) write(stroke);
  }
}

function write({ key, painted, base }: OwnStroke): void {
  noteChange(key, { painted, base } satisfies NotedStroke);
}

/** How the keys begin. A workstation is shared: each person's work lies under their own id. */
export function strokeKeys(personId: string, readId: string): string {
  return `strokes/${personId}/${readId}/`;
}
