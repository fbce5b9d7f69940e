import { Alert, Text } from "@mantine/core";
import type { Description } from "@/domain/description";

export interface ChosenCases {
  title: string;
  cases: number[];
}

interface CaseListProps {
  chosen: ChosenCases | null;
  description: Description;
  onClose: () => void;
}

/** The cases behind a number that was chosen. */
export function CaseList({ chosen, description, onClose }: CaseListProps) {
  if (!chosen) return null;
  const names = chosen.cases.flatMap((position) => description.cases[position] ?? []);
  return (
    <Alert
      variant="light"
      title={`${chosen.title}: ${names.length} ${names.length === 1 ? "case" : "cases"}`}
      withCloseButton
      closeButtonLabel="Close the list of cases"
      onClose={onClose}
      role="status"
    >
      <Text size="sm" mah={180} style={{ overflowY: "auto" }}>
        {names.map(({ name, truth }) => `${name} (${truth ? "positive" : "negative"})`).join(", ") || "None."}
      </Text>
    </Alert>
  );
}

interface CasesButtonProps extends ChosenCases {
  count: number;
  onChoose: (chosen: ChosenCases) => void;
}

/** A count that opens its cases. */
export function CasesButton({ title, cases, count, onChoose }: CasesButtonProps) {
  return (
    <button
      type="button"
      aria-label={`${title}: ${count}, show the cases`}
      onClick={() => onChoose({ title, cases })}
    >
      {count}
    </button>
  );
}
