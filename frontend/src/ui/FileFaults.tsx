import { Alert, ScrollArea, Table, Text } from "@mantine/core";
import { Problem } from "@/api/problem";
import { ErrorNotice } from "@/ui/ErrorNotice";

/** What is wrong with files, one by one and with the place; an error without places as any other. */
export function FileFaults({ error }: { error: Error }) {
  if (!(error instanceof Problem) || error.errors.length === 0)
    return <ErrorNotice error={error} title="Nothing was stored" />;
  const faults = error.errors.map((one) => `${one.row ? `row ${one.row}, ` : ""}${one.field}\n${one.detail}`);
  return (
    <Alert color="red" variant="light" title="Nothing was stored" role="alert">
      <Text size="sm" mb="xs">
        {error.message}
      </Text>
      <ScrollArea.Autosize mah={320}>
        <Table aria-label="Files to mend" stickyHeader verticalSpacing={4}>
          <Table.Tbody>
            {[...new Set(faults)].map((fault) => (
              <Table.Tr key={fault}>
                <Table.Td w={260} style={{ overflowWrap: "anywhere" }}>
                  {fault.split("\n")[0]}
                </Table.Td>
                <Table.Td>{fault.split("\n")[1]}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </Alert>
  );
}
