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
          {choice.hotkey !== undefined && <kbd>{choice.hotkey}</kbd>}
          {choice.text}
        </button>
      ))}
    </div>
  );
}
