import { ActionIcon, Badge } from "@mantine/core";
import type { KeyboardEvent, ReactNode } from "react";
import { isLocated, type Question } from "@/domain/labelSchema";
import { kindName } from "@/domain/newQuestions";
import type { DraftQuestion, SchemaEdit } from "@/domain/schemaEditing";
import type { FieldProblem } from "@/domain/schemaProblems";
import { AttributeFields } from "./AttributeFields";
import classes from "./Builder.module.css";
import { QuestionEditor } from "./QuestionEditor";

interface QuestionCardProps {
  draft: DraftQuestion;
  all: Question[];
  index: number;
  isNested: boolean;
  isOpen: boolean;
  isEditable: boolean;
  problems: FieldProblem[];
  edit: (edit: SchemaEdit) => void;
  onToggle: () => void;
}

/** One question being built: a line, and everything about it once it is opened. */
export function QuestionCard(props: QuestionCardProps) {
  const { draft, all, index, isOpen, isEditable, problems, edit } = props;
  const { id, question } = draft;
  const change = (part: Partial<Question>) => edit({ type: "CHANGE", id, change: part });
  const names = [
    classes.card,
    props.isNested && classes.nested,
    isOpen && classes.open,
    problems.length > 0 && classes.faulty,
  ];
  return (
    <fieldset className={names.filter(Boolean).join(" ")} aria-label={`Question ${index + 1}`}>
      <CardHead {...props} />
      {isOpen && (
        <div className={classes.body}>
          <QuestionEditor
            question={question}
            problems={problems}
            all={all}
            index={index}
            isEditable={isEditable}
            onText={(text) => edit({ type: "TEXT", id, text })}
            onKey={(key) => edit({ type: "KEY", id, key })}
            onRole={(role) => edit({ type: "ROLE", id, role })}
            onChange={change}
          >
            {isLocated(question) && (
              <AttributeFields
                question={question}
                problems={problems}
                isEditable={isEditable}
                onChange={change}
              />
            )}
          </QuestionEditor>
        </div>
      )}
    </fieldset>
  );
}

function CardHead({ draft, all, index, isOpen, isEditable, problems, edit, onToggle }: QuestionCardProps) {
  const { id, question } = draft;
  const number = index + 1;
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>) => {
    const by = ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key as "ArrowUp" | "ArrowDown"];
    if (by !== undefined) {
      event.preventDefault();
      if (!event.altKey) focusBeside(event.currentTarget, by);
      else if (isEditable) moveFocused(event.currentTarget, () => edit({ type: "MOVE", id, by }));
    }
    if (event.key === "Delete" && isEditable) edit({ type: "REMOVE", id });
  };
  const actions: { label: string; sign: ReactNode; isOff?: boolean; edit: SchemaEdit }[] = [
    {
      label: `Move question ${number} up`,
      sign: "↑",
      isOff: index === 0,
      edit: { type: "MOVE", id, by: -1 },
    },
    {
      label: `Move question ${number} down`,
      sign: "↓",
      isOff: number === all.length,
      edit: { type: "MOVE", id, by: 1 },
    },
    {
      label: `Copy question ${number}`,
      sign: <CopySign />,
      edit: { type: "COPY", id: crypto.randomUUID(), of: id },
    },
    { label: `Remove question ${number}`, sign: "×", edit: { type: "REMOVE", id } },
  ];
  return (
    <div className={classes.head}>
      <button
        type="button"
        className={classes.summary}
        data-question-head
        aria-expanded={isOpen}
        title="Enter opens it, Alt and an arrow moves it, Delete removes it"
        onClick={onToggle}
        onKeyDown={onKeyDown}
      >
        <Badge variant="light" radius="sm" size="sm" style={{ flex: "none" }}>
          {kindName(question.kind)}
        </Badge>
        <span className={classes.text}>{question.text || "…"}</span>
        <span className={classes.flags}>{flagsOf(question)}</span>
        {problems.length > 0 && !isOpen && <Badge color="red">{problems.length}</Badge>}
      </button>
      {isEditable && (
        <ActionIcon.Group>
          {actions.map((action) => (
            <ActionIcon
              key={action.label}
              size="sm"
              variant="default"
              aria-label={action.label}
              disabled={action.isOff ?? false}
              onClick={() => edit(action.edit)}
            >
              {action.sign}
            </ActionIcon>
          ))}
        </ActionIcon.Group>
      )}
    </div>
  );
}

/** Drawn, because the usual character for it is missing from many fonts. */
function CopySign() {
  return (
    <svg width="11" height="11" viewBox="0 0 11 11" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M3.5 3.5h7v7h-7zM7.5 3.5v-3h-7v7h3" />
    </svg>
  );
}

function flagsOf(question: Question): string {
  const flags = [
    "role" in question && question.role === "CALL" && "decision",
    "role" in question && question.role === "RATING" && "rating",
    "required" in question && !question.required && "optional",
    question.show_if && "under a condition",
  ];
  return flags.filter(Boolean).join(" · ");
}

/** The browser takes the focus from an element that moves; the next arrow goes on with the same question. */
function moveFocused(head: HTMLElement, move: () => void): void {
  move();
  requestAnimationFrame(() => head.focus());
}

function focusBeside(head: HTMLElement, by: -1 | 1): void {
  const heads = [...document.querySelectorAll<HTMLElement>("[data-question-head]")];
  heads[heads.indexOf(head) + by]?.focus();
}
