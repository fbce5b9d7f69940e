import { expect, test } from "vitest";
import { startAutosave } from "./autosave";
import { exampleFinding } from "./examples";
import { Outbox } from "./outbox";
import { EMPTY_PAYLOAD, type Mark } from "./payload";
import { type ReadSession, reduceSession, startSession } from "./session";
import { type ReadOnImages, type ToForm, type ToldEdit, withWaiting } from "./windows";

const LOOKS = {
  isFrozen: false,
  isSigned: false,
  isAiShown: false,
  aiCells: "",
  priorsShown: "",
  selectedMarkId: null,
};
const KEY: ToForm = { type: "action", assignmentId: "one", action: "answer_yes" };

function added(name: string): ToldEdit {
  const edit = { type: "finding_added", finding: exampleFinding(name) } as const;
  return { type: "edit", name, assignmentId: "one", edit };
}

/** Both windows, and the line between them as two queues that a test empties when it likes. */
class Pair {
  form: ReadSession = startSession(startAutosave(EMPTY_PAYLOAD, 0, null));
  takesEdits: ReadOnImages["takesEdits"] = "NOW";
  assignmentId = "one";
  readonly toForm: ToForm[] = [];
  readonly redone: ToldEdit[] = [];
  waiting: ToForm[] = [];
  readonly images = new Outbox(
    (message) => this.toForm.push(message),
    (waiting) => {
      this.waiting = waiting;
    },
  );

  get state(): ReadOnImages {
    const { save, told } = this.form;
    const { assignmentId, takesEdits } = this;
    return {
      ...LOOKS,
      strengths: { marks: 1, heat: 1 },
      map: null,
      assignmentId,
      payload: save.payload,
      told,
      takesEdits,
    };
  }

  /** The form says where it stands. */
  tell(): void {
    this.redone.push(...this.images.hear(this.state));
  }

  /** The form hears what is on its way to it. */
  arrive(): void {
    for (const message of this.toForm.splice(0)) {
      if (message.type !== "edit") continue;
      const { edit, name: toldAs } = message;
      if (this.takesEdits === "NOW" && message.assignmentId === this.assignmentId)
        this.form = reduceSession(this.form, { type: "edit", edit, at_ms: 0, toldAs });
      else this.images.keep(toldAs);
    }
  }

  get ids(): string[] {
    return this.form.save.payload.findings.map(({ id }) => id);
  }

  /** As the image window draws them. */
  get shown(): string[] {
    return withWaiting(this.form.save.payload, this.waiting).findings.map(({ id }) => id);
  }
}

test("an edit stays here until the form has said that it holds it", () => {
  const pair = new Pair();
  pair.tell();
  pair.images.tell(added("a"));
  expect(pair.toForm).toEqual([added("a")]);
  // What the form says now it has said before it heard of it.
  pair.tell();
  expect(pair.shown).toEqual(["a"]);
  expect(pair.toForm).toHaveLength(1);
  pair.arrive();
  pair.tell();
  expect(pair.waiting).toEqual([]);
  expect(pair.ids).toEqual(["a"]);
});

test("an edit that is told while the form loses its turn arrives once it has it again", () => {
  const pair = new Pair();
  pair.tell();
  pair.images.tell(added("a"));
  pair.takesEdits = "NO";
  pair.arrive();
  // No endless to and fro before the form has said where it stands.
  expect(pair.toForm).toEqual([]);
  pair.tell();
  expect([pair.ids, pair.shown]).toEqual([[], ["a"]]);
  pair.images.tell(added("b"));
  pair.takesEdits = "NOW";
  pair.tell();
  pair.arrive();
  pair.tell();
  expect([pair.ids, pair.waiting]).toEqual([["a", "b"], []]);
});

test("what was on its way when the form went is told to the one that comes, and stands there once", () => {
  for (const hadArrived of [true, false]) {
    const pair = new Pair();
    pair.tell();
    pair.images.tell(added("a"));
    if (hadArrived) pair.arrive();
    else pair.toForm.length = 0;
    pair.images.formIsAway();
    pair.images.tell(added("b"));
    expect(pair.toForm).toEqual([]);
    // The page that comes resumes from what the browser has kept, and knows nothing of names.
    pair.form = startSession(pair.form.save);
    pair.tell();
    pair.arrive();
    pair.tell();
    expect([pair.ids, pair.waiting]).toEqual([["a", "b"], []]);
  }
});

test("a key waits for the form but not for another case, whose edits are kept", () => {
  const pair = new Pair();
  pair.images.tell(KEY);
  pair.images.tell(added("a"));
  expect(pair.waiting).toEqual([KEY, added("a")]);
  pair.assignmentId = "two";
  pair.tell();
  expect([pair.toForm, pair.waiting]).toEqual([[], [added("a")]]);
  pair.assignmentId = "one";
  pair.images.tell(KEY);
  pair.tell();
  expect(pair.toForm).toEqual([added("a"), KEY]);
});

/** Voxels by their version: what a stroke adds is the last letter. */
function segment(sha256: string): Mark {
  const geometry = { kind: "SEGMENT", segment_id: "s", sha256 } as Mark["geometry"];
  return { id: "m", geometry, measurements: {} } as Mark;
}

function stroke(base: string, sha256: string): ToldEdit {
  const { geometry } = segment(sha256);
  const edit = { type: "segment_painted", id: "m", change: { geometry }, base } as const;
  return { type: "edit", name: `${base}>${sha256}`, assignmentId: "one", edit };
}

test("a stroke drawn while the form steps back is given back, to be drawn on what the form has now", () => {
  const pair = new Pair();
  const finding = { ...exampleFinding("f"), marks: [segment("a")] };
  const told: ToldEdit = {
    type: "edit",
    name: "f",
    assignmentId: "one",
    edit: { type: "finding_added", finding },
  };
  pair.tell();
  for (const edit of [told, stroke("a", "ab")]) pair.images.tell(edit);
  pair.arrive();
  pair.tell();
  expect(pair.form.save.payload.findings[0]?.marks).toEqual([segment("ab")]);
  // Both on their way while the form takes the stroke below them back.
  pair.images.tell(stroke("ab", "abc"));
  pair.images.tell(stroke("abc", "abcd"));
  pair.form = reduceSession(pair.form, { type: "undo", at_ms: 0 });
  pair.arrive();
  expect(pair.form.save.payload.findings[0]?.marks).toEqual([segment("a")]);
  pair.tell();
  expect(pair.redone).toEqual([stroke("ab", "abc"), stroke("abc", "abcd")]);
  expect(pair.waiting).toEqual([]);
  pair.tell();
  expect(pair.redone).toHaveLength(2);
});
