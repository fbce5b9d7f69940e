import { Button, Group } from "@mantine/core";
import { useState } from "react";
import type { Conflict } from "@/domain/autosave";
import type { Question } from "@/domain/labelSchema";
import { type Choices, type MergeItem, mergePayloads, type Side } from "@/domain/mergePayload";
import type { ReadPayload } from "@/domain/payload";
import classes from "./MergePanel.module.css";
import { type MergeWords, placeText, valueText } from "./mergeText";

interface MergePanelProps {
  conflict: Conflict;
  mine: ReadPayload;
  questions: Question[];
  onMerged: (payload: ReadPayload) => void;
}

/**
 * The read was changed here and elsewhere: what each side changed against their common base, what comes together by
 * itself, and a choice where both changed the same. Nothing is saved until the reader takes the result.
 */
export function MergePanel({ conflict, mine, questions, onMerged }: MergePanelProps) {
  const [choices, setChoices] = useState<Choices>({});
  const { payload, items } = mergePayloads(conflict.base, mine, conflict.payload, choices);
  const words = { questions, mine };
  const open = items.filter((item) => item.changedBy === "conflict");
  const settled = items.filter((item) => item.changedBy !== "conflict");
  const chooseAll = (side: Side) =>
    setChoices({ ...choices, ...Object.fromEntries(open.map((item) => [item.id, side])) });
  return (
    <section className={classes.panel} aria-label="Changed in two places" data-testid="merge">
      <div role="alert" className={classes.title}>
        This read was changed elsewhere too (revision {conflict.revision}).{" "}
        {open.length === 0 ? "The changes fit together." : choiceText(open.length)}
      </div>
      {open.map((item) => (
        <ConflictChoice
          key={item.id}
          item={item}
          words={words}
          onChosen={(side) => setChoices({ ...choices, [item.id]: side })}
        />
      ))}
      <SettledList items={settled} words={words} />
      <div className={classes.hint}>What you do not take is kept: undo leads back to it.</div>
      <Group gap={6} className={classes.actions}>
        <Button size="compact-xs" onClick={() => onMerged(payload)}>
          Take this result
        </Button>
        {open.length > 1 && (
          <>
            <Button size="compact-xs" variant="default" onClick={() => chooseAll("mine")}>
              All from here
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => chooseAll("theirs")}>
              All from elsewhere
            </Button>
          </>
        )}
      </Group>
    </section>
  );
}

interface ConflictChoiceProps {
  item: MergeItem;
  words: MergeWords;
  onChosen: (side: Side) => void;
}

const SIDES = [
  ["mine", "here"],
  ["theirs", "elsewhere"],
] as const;

function ConflictChoice({ item, words, onChosen }: ConflictChoiceProps) {
  return (
    <fieldset className={classes.choice}>
      <legend>{placeText(item, words)}</legend>
      {SIDES.map(([side, where]) => (
        <label key={side}>
          <input type="radio" name={item.id} checked={item.taken === side} onChange={() => onChosen(side)} />
          <span className={classes.where}>{where}</span> {valueText(item, side, words)}
        </label>
      ))}
      <div className={classes.before}>before: {valueText(item, "base", words)}</div>
    </fieldset>
  );
}

const BY_TEXT = { mine: "here", theirs: "elsewhere", both_alike: "both", conflict: "" } as const;

function SettledList({ items, words }: { items: MergeItem[]; words: MergeWords }) {
  if (items.length === 0) return null;
  return (
    <ul className={classes.settled} aria-label="Changes that fit together">
      {items.map((item) => (
        <li key={item.id}>
          <span className={classes.where}>{BY_TEXT[item.changedBy]}</span> {placeText(item, words)}:{" "}
          {valueText(item, item.taken, words)}
        </li>
      ))}
    </ul>
  );
}

function choiceText(count: number): string {
  return count === 1 ? "One change needs your choice." : `${count} changes need your choice.`;
}
