import type { KeyboardEvent } from "react";
import { toggled } from "@/domain/formKeys";
import type { Choice } from "@/domain/labelSchema";
import type { Answer } from "@/domain/payload";
import { numberOf } from "./ChoiceField";
import classes from "./fields.module.css";

interface MultiFieldProps {
  label: string;
  options: Choice[];
  value: Answer | undefined;
  isDisabled: boolean;
  onChange: (value: string[] | null) => void;
}

/** Any number of choices; with the focus in it, Shift and a digit takes one in or out. */
export function MultiField({ label, options, value, isDisabled, onChange }: MultiFieldProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const option = options[numberOf(event) - 1];
    if (option && !isDisabled) onChange(toggled(options, value, option.value));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: the question itself is the fieldset
    <div role="group" aria-label={label} className={`${classes.choices} ${classes.stacked}`}>
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: the same look and keys as the choices of one
        <button
          key={option.value}
          type="button"
          role="checkbox"
          aria-checked={Array.isArray(value) && value.includes(option.value)}
          disabled={isDisabled}
          className={`${classes.choice} ${classes.several}`}
          onClick={() => onChange(toggled(options, value, option.value))}
          onKeyDown={onKeyDown}
        >
          <span className={classes.box} aria-hidden="true" />
          {option.text}
        </button>
      ))}
    </div>
  );
}
