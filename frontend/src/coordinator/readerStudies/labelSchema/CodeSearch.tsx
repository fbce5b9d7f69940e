import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createContext, useContext, useState } from "react";
import { codesQuery } from "@/api/codeLists";
import { FINDING_CODES } from "@/domain/findingCodes";
import type { Code } from "@/domain/labelSchema";

/** The reader study whose lists of codes are searched. */
export const CodeSource = createContext("");

interface CodeSearchProps {
  label: string;
  onChoose: (code: Code) => void;
}

const PAUSE_MS = 200;
const nameOf = ({ scheme, value }: Code) => `${scheme} ${value}`;

/** Codes found while typing: in the lists of the reader study and of the site, and a few common ones. */
export function CodeSearch({ label, onChoose }: CodeSearchProps) {
  const readerStudyId = useContext(CodeSource);
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const { data, isFetching } = useQuery(codesQuery(readerStudyId, search));
  const found = withoutRepeats([...(data ?? []), ...FINDING_CODES.filter((code) => matches(code, search))]);
  return (
    <Select
      size="xs"
      w={320}
      aria-label={label}
      placeholder="Find a code: words or a value"
      searchable
      value={null}
      searchValue={typed}
      onSearchChange={setTyped}
      comboboxProps={{ withinPortal: false }}
      filter={({ options }) => options}
      nothingFoundMessage={isFetching ? "Searching…" : "No list has such a code"}
      data={found.map((code) => ({ value: nameOf(code), label: `${code.meaning} (${nameOf(code)})` }))}
      onChange={(name) => {
        const chosen = found.find((code) => nameOf(code) === name);
        setTyped("");
        if (chosen) onChoose(chosen);
      }}
    />
  );
}

function matches(code: Code, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/);
  return words.every((word) => code.meaning.toLowerCase().includes(word) || code.value.startsWith(word));
}

function withoutRepeats(codes: Code[]): Code[] {
  return [...new Map(codes.map((code) => [nameOf(code), code])).values()];
}
