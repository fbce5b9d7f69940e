import { longestText } from "@/domain/answers";
import type { TextQuestion } from "@/domain/labelSchema";
import classes from "./fields.module.css";

interface TextFieldProps {
  label: string;
  question: TextQuestion;
  value: string;
  isDisabled: boolean;
  onChange: (value: string | null) => void;
}

/** Free text; how much room is left is said near the end of it. */
export function TextField({ label, question, value, isDisabled, onChange }: TextFieldProps) {
  const longest = longestText(question);
  const left = longest - [...value].length;
  const take = (typed: string) => {
    const text = [...typed].slice(0, longest).join("");
    onChange(text.trim() === "" ? null : text);
  };
  return (
    <div>
      <textarea
        className={classes.words}
        rows={longest > 120 ? 3 : 1}
        aria-label={label}
        disabled={isDisabled}
        value={value}
        onChange={(event) => take(event.target.value)}
      />
      {left <= Math.max(20, longest / 10) && <span className={classes.range}>{left} characters left</span>}
    </div>
  );
}
