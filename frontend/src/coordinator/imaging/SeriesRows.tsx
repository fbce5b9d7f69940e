import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { imagingStudyQuery } from "@/api/imaging";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";

/** The series of one imaging study, shown below its row. */
export function SeriesRows({ id }: { id: string }) {
  const { data, error } = useQuery(imagingStudyQuery(id));
  return (
    <Table.Tr>
      <Table.Td colSpan={8} bg="var(--mantine-color-default-hover)">
        {error && <ErrorNotice error={error} />}
        {!data && !error && <LoadingScreen />}
        {data && (
          <>
            <Text size="xs" c="dimmed" ff="monospace">
              {data.study_instance_uid}
            </Text>
            <Table aria-label="Series">
              <Table.Tbody>
                {data.series.map((series) => (
                  <Table.Tr key={series.id}>
                    <Table.Td w={60}>{series.series_number ?? "–"}</Table.Td>
                    <Table.Td w={80}>{series.modality}</Table.Td>
                    <Table.Td>{series.series_description || "–"}</Table.Td>
                    <Table.Td ta="right">{series.number_of_instances} images</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
