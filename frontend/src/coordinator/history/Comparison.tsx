import { NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { differenceQuery } from "@/api/history";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { ChangeList } from "./ChangeList";

/** The fields in which any two revisions differ. */
export function Comparison({ readId, last }: { readId: string; last: number }) {
  const [older, setOlder] = useState(1);
  const [newer, setNewer] = useState(last);
  const { data, error } = useQuery(differenceQuery(readId, older, newer));
  const numbers = Array.from({ length: last }, (_, index) => String(index + 1));
  return (
    <Stack gap="sm">
      <Text component="div" size="sm" style={{ display: "flex", gap: 8, alignItems: "center" }}>
        From revision
        <NativeSelect
          size="xs"
          aria-label="Older revision"
          data={numbers}
          value={String(older)}
          onChange={(event) => setOlder(Number(event.currentTarget.value))}
        />
        to
        <NativeSelect
          size="xs"
          aria-label="Newer revision"
          data={numbers}
          value={String(newer)}
          onChange={(event) => setNewer(Number(event.currentTarget.value))}
        />
      </Text>
      {error && <ErrorNotice error={error} />}
      <div data-testid="difference">{data && <ChangeList changes={data} />}</div>
    </Stack>
  );
}
