import type { ReactNode } from "react";
import type { Question } from "@/domain/labelSchema";
import type { Gap } from "@/domain/validation";
import { ExampleImage } from "./ExampleImage";
import classes from "./fields.module.css";

interface QuestionFrameProps {
  question: Question;
  gap: Gap | undefined;
  children: ReactNode;
}

/** A question's text, its help and, after a try to sign, what is missing. */
export function QuestionFrame({ question, gap, children }: QuestionFrameProps) {
  return (
    <fieldset
      className={gap ? `${classes.question} ${classes.missing}` : classes.question}
      data-question={question.key}
      data-grows={question.kind === "LOCATED_FINDING" || undefined}
    >
      <legend className={classes.text}>
        {question.text}
        {question.help && <span className={classes.help}>{question.help}</span>}
        {gap && <span className={classes.gap}>{gap.detail}</span>}
      </legend>
      {"image" in question && question.image && <ExampleImage sha256={question.image} text={question.text} />}
      {children}
    </fieldset>
  );
}
