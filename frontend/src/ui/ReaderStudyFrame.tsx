import { Anchor, Container, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, NavLink } from "react-router";
import { Problem } from "@/api/problem";
import { type ReaderStudy, readerStudyQuery } from "@/api/readerStudies";
import { DemoBadge, ReaderStudyStateBadge } from "./badges";
import { ErrorNotice } from "./ErrorNotice";
import { LoadingScreen } from "./LoadingScreen";
import { NotFoundScreen } from "./NotFoundScreen";
import classes from "./ReaderStudyFrame.module.css";

/** Parts of a reader study as it is built, run and evaluated: more than one line of a small screen holds. */
const GROUPS = [
  {
    name: "Build",
    parts: [
      { path: "", text: "Overview" },
      { path: "/label-schema", text: "Label schema" },
      { path: "/cases", text: "Cases" },
      { path: "/clinical-texts", text: "Clinical texts" },
      { path: "/sampling", text: "Case sampling" },
      { path: "/hanging", text: "Hanging" },
      { path: "/people", text: "People" },
      { path: "/ai", text: "AI" },
      { path: "/design", text: "Design" },
      { path: "/sample-size", text: "Sample size" },
      { path: "/randomisation", text: "Randomisation" },
      { path: "/protocol", text: "Protocol" },
    ],
  },
  {
    name: "Run",
    parts: [
      { path: "/progress", text: "Progress" },
      { path: "/queries", text: "Queries" },
      { path: "/labels", text: "Labels" },
      { path: "/analysis-plan", text: "Analysis plan" },
      { path: "/reference-standard", text: "Reference standard" },
      { path: "/results", text: "Results" },
      { path: "/audit", text: "Audit trail" },
      { path: "/webhooks", text: "Webhooks" },
    ],
  },
];

interface ReaderStudyFrameProps {
  id: string;
  children: (readerStudy: ReaderStudy) => ReactNode;
}

/** Name, state and parts of one reader study; the chosen part below. */
export function ReaderStudyFrame({ id, children }: ReaderStudyFrameProps) {
  const { data, error, refetch } = useQuery(readerStudyQuery(id));
  if (error instanceof Problem && error.status === 404) return <NotFoundScreen />;
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  // Readers and API clients see a reader study from their own side only.
  if (!data.my_roles.some((role) => role === "COORDINATOR" || role === "SITE_ADMINISTRATOR")) {
    return <NotFoundScreen />;
  }
  return (
    <Container size={1360} py="md" px="xl">
      <Stack gap="md">
        <header>
          <Anchor component={Link} to="/reader-studies" size="xs">
            ← Reader studies
          </Anchor>
          <Group gap="sm" align="center">
            <Title order={3} style={{ overflowWrap: "anywhere" }}>
              {data.name}
            </Title>
            <ReaderStudyStateBadge state={data.state} />
            {data.is_demo && <DemoBadge />}
          </Group>
          {data.description && (
            <Text c="dimmed" size="sm">
              {data.description}
            </Text>
          )}
        </header>
        <nav className={classes.parts} aria-label="Parts of the reader study">
          {GROUPS.map(({ name, parts }) => (
            <div key={name} className={classes.group}>
              <span className={classes.groupName}>{name}</span>
              {parts.map((part) => (
                <NavLink
                  key={part.path}
                  to={`/reader-studies/${id}${part.path}`}
                  end={part.path === ""}
                  className={classes.part}
                >
                  {part.text}
                </NavLink>
              ))}
            </div>
          ))}
        </nav>
        {children(data)}
      </Stack>
    </Container>
  );
}
