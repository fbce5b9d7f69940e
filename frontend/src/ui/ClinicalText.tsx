import { useId } from "react";
import classes from "./ClinicalText.module.css";

/** The clinical text of a case as it is shown; without a version the case has none, though others have one. */
export interface CaseText {
  version: number | null;
  text: string;
}

interface ClinicalTextProps {
  value: CaseText | null;
  isOpen: boolean;
  onToggle: () => void;
  /** The key that opens and closes it. */
  hotkey?: string | undefined;
}

/** History, indication and question of a case, in the words that were given; nothing where they are hidden. */
export function ClinicalText({ value, isOpen, onToggle, hotkey }: ClinicalTextProps) {
  const id = useId();
  if (value === null) return null;
  return (
    <section className={classes.panel} aria-label="Clinical text">
      <button
        type="button"
        className={classes.heading}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={onToggle}
      >
        <span aria-hidden>{isOpen ? "▾" : "▸"}</span>
        Clinical text
        {hotkey !== undefined && <kbd className={classes.key}>{hotkey}</kbd>}
      </button>
      <p id={id} className={classes.text} hidden={!isOpen}>
        {value.version === null ? "None was given for this case." : value.text}
      </p>
    </section>
  );
}
