import { UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import type { ChosenCases } from "@/domain/casesBehind";
import classes from "./CasesButton.module.css";
import { useOpenCases } from "./casesBehind";

interface CasesButtonProps {
  /** What a screen reader says of it. */
  label: string;
  /** Asked for when it is pressed. */
  chosen: () => ChosenCases;
  children: ReactNode;
}

/** A number that opens its cases. */
export function CasesButton({ label, chosen, children }: CasesButtonProps) {
  const open = useOpenCases();
  return (
    <UnstyledButton
      className={classes.button}
      aria-label={`${label}, show the cases`}
      data-hint={label}
      onClick={() => open(chosen())}
    >
      {children}
    </UnstyledButton>
  );
}
