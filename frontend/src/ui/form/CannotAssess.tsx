import { useState } from "react";
import { isCannotAssess, LONGEST_REASON } from "@/domain/answers";
import type { AnswerQuestion, LocatedFindingQuestion } from "@/domain/labelSchema";
import type { Answer } from "@/domain/payload";
import classes from "./fields.module.css";

interface CannotAssessProps {
  question: AnswerQuestion | LocatedFindingQuestion;
  answer: Answer | undefined;
  isDisabled: boolean;
  onChange: (value: Answer | null) => void;
}

/** That something cannot be assessed, and why: an answer of its own, never a number. */
export function CannotAssess({ question, answer, isDisabled, onChange }: CannotAssessProps) {
  const [isOpen, setOpen] = useState(false);
  if (isCannotAssess(answer)) {
    return (
      <div className={classes.notAssessed}>
        <span>Cannot assess: {answer.cannot_assess}</span>
        {!isDisabled && (
          <button type="button" className={classes.quietButton} onClick={() => onChange(null)}>
            Assess after all
          </button>
        )}
      </div>
    );
  }
  if (isDisabled) return null;
  return (
    <div>
      <button
        type="button"
        className={classes.quietButton}
        aria-expanded={isOpen}
        aria-label={`Cannot assess: ${question.text}`}
        onClick={() => setOpen(!isOpen)}
      >
        Cannot assess…
      </button>
      {isOpen && (
        <Reasons
          question={question}
          onReason={(reason) => {
            setOpen(false);
            onChange({ cannot_assess: reason });
          }}
        />
      )}
    </div>
  );
}

interface ReasonsProps {
  question: CannotAssessProps["question"];
  onReason: (reason: string) => void;
}

function Reasons({ question, onReason }: ReasonsProps) {
  const [own, setOwn] = useState("");
  const take = () => own.trim() !== "" && onReason(own.trim());
  return (
    <div className={`${classes.choices} ${classes.stacked}`}>
      {(question.cannot_assess_reasons ?? []).map((reason) => (
        <button key={reason} type="button" className={classes.choice} onClick={() => onReason(reason)}>
          {reason}
        </button>
      ))}
      <div className={classes.ownReason}>
        <input
          className={classes.reason}
          placeholder="Another reason"
          aria-label={`Reason why “${question.text}” cannot be assessed`}
          maxLength={LONGEST_REASON}
          value={own}
          onChange={(event) => setOwn(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && take()}
        />
        <button type="button" className={classes.choice} disabled={own.trim() === ""} onClick={take}>
          Take it
        </button>
      </div>
    </div>
  );
}
