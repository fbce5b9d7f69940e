import { isOfCase, mayTell, type ReadOnImages, type ToForm, type ToldEdit } from "./windows";

interface Entry {
  message: ToForm;
  /** On its way: the form has not said yet whether it has it. */
  isTold: boolean;
}

/**
 * What the image window has to tell the form, in order. Keys are told once; an edit stays here until the form has said
 * that it holds it, and is told again when it has not been taken: whatever happens to the form meanwhile.
 */
export class Outbox {
  private entries: Entry[] = [];
  private state: ReadOnImages | null = null;
  private isAway = false;
  private waiting: ToForm[] = [];

  constructor(
    private readonly send: (message: ToForm) => void,
    private readonly onChange: (waiting: ToForm[]) => void,
  ) {}

  tell(message: ToForm): void {
    this.entries.push({ message, isTold: false });
    this.flush();
  }

  /** The form says where it stands; gives back the strokes that have to be drawn anew upon what it has now. */
  hear(state: ReadOnImages): ToldEdit[] {
    this.state = state;
    this.isAway = false;
    const { taken, outdated } = state.told;
    const edits = this.entries.map(({ message }) => message).filter((message) => message.type === "edit");
    const settled = new Set([...taken, ...outdated]);
    this.entries = this.entries.filter(({ message }) =>
      message.type === "edit" ? !settled.has(message.name) : !isPast(message, state),
    );
    this.flush();
    return edits.filter(({ name }) => outdated.includes(name));
  }

  /** The form could not take an edit; it says where it stands in a moment. */
  keep(name: string): void {
    if (this.state) this.state = { ...this.state, takesEdits: "SOON" };
    this.recall(({ message }) => message.type === "edit" && message.name === name);
  }

  /** The form window says nothing just now: whether it has what is on its way nobody knows. */
  formIsAway(): void {
    this.isAway = true;
    this.recall(() => true);
  }

  private recall(isMeant: (entry: Entry) => boolean): void {
    this.entries = this.entries.map((entry) => (isMeant(entry) ? { ...entry, isTold: false } : entry));
  }

  private flush(): void {
    const left: Entry[] = [];
    for (const entry of this.entries) {
      const isDue = !entry.isTold && mayTell(entry.message, this.state, this.isAway);
      if (isDue) this.send(entry.message);
      if (!isDue || entry.message.type === "edit") left.push({ ...entry, isTold: entry.isTold || isDue });
    }
    this.entries = left;
    const waiting = left.map(({ message }) => message);
    if (waiting.length === this.waiting.length && waiting.every((one, at) => one === this.waiting[at]))
      return;
    this.waiting = waiting;
    this.onChange(waiting);
  }
}

/** A key that was meant for a case which the form has left means nothing in the next one. */
function isPast(message: ToForm, state: ReadOnImages): boolean {
  return message.type === "action" && !isOfCase(message, state);
}
