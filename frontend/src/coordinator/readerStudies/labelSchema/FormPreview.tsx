import { useState } from "react";
import { askedKeys } from "@/domain/conditions";
import { isLocated, type Question } from "@/domain/labelSchema";
import type { Answer } from "@/domain/payload";
import { AnswerField } from "@/ui/form/AnswerField";
import { CannotAssess } from "@/ui/form/CannotAssess";
import { QuestionFrame } from "@/ui/form/QuestionFrame";
import { SectionHead } from "@/ui/form/SectionHead";
import { MarksPreview } from "./MarksPreview";

/** The reader's own form, to be tried with its conditions; the answers go nowhere. */
export function FormPreview({ questions }: { questions: Question[] }) {
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const [counts, setCounts] = useState<Record<string, number>>({});
  const asked = askedKeys(questions, answers, counts);
  const answer = (key: string, value: Answer | null) => {
    const { [key]: _before, ...others } = answers;
    setAnswers(value === null ? others : { ...others, [key]: value });
  };
  return (
    <div>
      {questions
        .filter(({ key }, index) => asked.has(key) && isFirst(questions, key, index))
        .map((question) =>
          question.kind === "SECTION" ? (
            <SectionHead key={question.key} section={question} />
          ) : (
            <QuestionFrame key={question.key} question={question} gap={undefined}>
              {isLocated(question) ? (
                <>
                  <MarksPreview
                    question={question}
                    count={counts[question.key] ?? 0}
                    onCount={(count) => setCounts({ ...counts, [question.key]: count })}
                  />
                  {question.cannot_assess && (
                    <CannotAssess
                      question={question}
                      answer={answers[question.key]}
                      isDisabled={false}
                      onChange={(value) => answer(question.key, value)}
                    />
                  )}
                </>
              ) : (
                <AnswerField
                  question={question}
                  answer={answers[question.key]}
                  isDisabled={false}
                  onChange={(value) => answer(question.key, value)}
                />
              )}
            </QuestionFrame>
          ),
        )}
    </div>
  );
}

/** While it is being typed a column name can be there twice. */
function isFirst(questions: Question[], key: string, index: number): boolean {
  return questions.findIndex((question) => question.key === key) === index;
}
