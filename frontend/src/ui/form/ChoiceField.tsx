import { type KeyboardEvent, useRef } from "react";
import type { Answer } from "@/domain/payload";
import classes from "./fields.module.css";

export interface Choice {
  value: Answer;
  text: string;
  hotkey?: string;
}

interface ChoiceFieldProps {
  label: string;
  choices: Choice[];
  value: Answer | undefined;
  isStacked: boolean;
  isDisabled: boolean;
  onChange: (value: Answer) => void;
}

/** Yes/No or a scale: nothing is chosen until the reader chooses. */
export function ChoiceField({ label, choices, value, isStacked, isDisabled, onChange }: ChoiceFieldProps) {
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  const chosen = choices.findIndex((choice) => choice.value === value);
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const numbered = choices[numberOf(event) - 1];
    if (numbered) return onChange(numbered.value);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (index + step + choices.length) % choices.length;
    buttons.current[next]?.focus();
  };
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={isStacked ? `${classes.choices} ${classes.stacked}` : classes.choices}
    >
      {choices.map((choice, index) => (
        // biome-ignore lint/a11y/useSemanticElements: a native radio answers by moving the focus; here only a key or a click answers
        <button
          key={String(choice.value)}
          ref={(button) => {
            buttons.current[index] = button;
          }}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          tabIndex={index === Math.max(chosen, 0) ? 0 : -1}
          disabled={isDisabled}
          className={classes.choice}
          onClick={() => onChange(choice.value)}
          onKeyDown={(event) => onKeyDown(event, index)}
        >
          {choice.hotkey !== undefined && (
            <kbd data-late={index >= FIRST_KEYS || undefined}>{choice.hotkey}</kbd>
          )}
          {choice.text}
        </button>
      ))}
    </div>
  );
}

/** These keys work from anywhere in the reading room; the further ones only in the question that has the focus. */
export const FIRST_KEYS = 5;

/** The choice that Shift and a digit mean here, from 1; 0 for another key. */
export function numberOf(event: KeyboardEvent): number {
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  if (digit === undefined || !event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return 0;
  return digit === "0" ? 10 : Number(digit);
}
