import { Badge, Table, Text } from "@mantine/core";
import { isUndefined } from "@/domain/analysisResult";
import { aimText, type EndpointResult, figureName, shownText } from "@/domain/plannedResult";
import { pText, testDetail } from "@/domain/resultText";
import { OutcomeText } from "./OutcomeText";

/** Every endpoint of a plan: what it asked, the estimates, the difference, and what was shown. */
export function EndpointTable({ endpoints }: { endpoints: EndpointResult[] }) {
  return (
    <Table.ScrollContainer minWidth={1000}>
      <Table aria-label="Endpoints">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Endpoint</Table.Th>
            <Table.Th>Question</Table.Th>
            <Table.Th>Estimate</Table.Th>
            <Table.Th>Compared with</Table.Th>
            <Table.Th>Difference</Table.Th>
            <Table.Th>p</Table.Th>
            <Table.Th>Result</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {endpoints.map((endpoint) => (
            <Row key={endpoint.key} endpoint={endpoint} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ endpoint }: { endpoint: EndpointResult }) {
  const { against, difference, role, key, of } = endpoint;
  const other = against && "outcome" in against ? against.outcome : null;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        {key}{" "}
        <Badge size="xs" variant={role === "PRIMARY" ? "filled" : "default"}>
          {role.toLowerCase()}
        </Badge>
      </Table.Th>
      <Table.Td>
        <Text size="sm">{figureName(endpoint)}</Text>
        <Text size="xs" c="dimmed">
          {aimText(endpoint)}
        </Text>
      </Table.Td>
      <Table.Td>
        <OutcomeText outcome={of.outcome} />
      </Table.Td>
      <Table.Td>
        {other && <OutcomeText outcome={other} />}
        {against && "value" in against && <Text size="sm">{against.value}</Text>}
      </Table.Td>
      <Table.Td>{difference && <OutcomeText outcome={difference} isDifference />}</Table.Td>
      <Table.Td>
        <PValue endpoint={endpoint} />
      </Table.Td>
      <Table.Td>{shownText(endpoint)}</Table.Td>
    </Table.Tr>
  );
}

/** The p value that decides: the corrected one of a primary endpoint. */
function PValue({ endpoint: { test, p_adjusted } }: { endpoint: EndpointResult }) {
  if (!test) return null;
  const decides = p_adjusted === null || isUndefined(test) ? test : { ...test, p: p_adjusted };
  const details = [
    testDetail(test),
    p_adjusted !== null && !isUndefined(test) && p_adjusted !== test.p && `uncorrected ${pText(test)}`,
  ].filter(Boolean);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the test behind a p value is reached by keyboard too
    <span tabIndex={0} data-hint={details.join("\n")}>
      {pText(decides)}
    </span>
  );
}
