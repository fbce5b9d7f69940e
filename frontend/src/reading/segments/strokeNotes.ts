import type { Painted } from "@/viewer";
import { forgetChange, noteChange, notedChange } from "../lastChange";

/** A stroke, and the version of the segment that it was drawn on; null for the first of a segment. */
export interface NotedStroke {
  painted: Painted;
  base: string | null;
}

/**
 * What becomes of a stroke takes a moment: its version is written and measured before the read names it. So strokes lie
 * here from when they are made until the read has them, and a page that goes in the middle of one finds it again.
 */
export class StrokeNotes {
  private strokes: NotedStroke[];

  constructor(private readonly key: string) {
    this.strokes = notedChange<NotedStroke[]>(key) ?? [];
  }

  /** Of an earlier page. */
  get left(): readonly NotedStroke[] {
    return this.strokes;
  }

  add(painted: Painted, base: string | null): void {
    this.strokes = [...this.strokes, { painted, base }];
    this.write();
  }

  /** The read has it, or will not; strokes that came meanwhile lie on the version that it has now. */
  done(painted: Painted, version: string | null): void {
    const { segmentId } = painted;
    this.strokes = this.strokes
      .filter((stroke) => stroke.painted !== painted)
      .map((stroke) => (stroke.painted.segmentId === segmentId ? { ...stroke, base: version } : stroke));
    this.write();
  }

  private write(): void {
    if (this.strokes.length === 0) forgetChange(this.key);
    else noteChange(this.key, this.strokes);
  }
}

// A workstation is shared: each person's work lies under their own id.
export function strokeKey(personId: string, readId: string): string {
  return `strokes/${personId}/${readId}`;
}
