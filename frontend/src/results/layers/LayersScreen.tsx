import { Anchor, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearchParams } from "react-router";
import { modelVersionsQuery } from "@/api/ai";
import { layersQuery } from "@/api/operatingLayers";
import { FilePrefix, fileNamePart } from "@/ui/charts/fileNames";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { HintArea } from "@/ui/HintArea";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { NotFoundScreen } from "@/ui/NotFoundScreen";
import { Screen } from "@/ui/Screen";
import { FitLayer } from "./FitLayer";
import { LayerDetailView } from "./LayerDetailView";
import { LayerTable } from "./LayerTable";

/** The operating layers of a version: those there are with their evidence, and fitting a new one. */
export function LayersScreen() {
  const { id = "", versionId = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const versions = useQuery(modelVersionsQuery);
  const layers = useQuery(layersQuery(versionId));
  const error = versions.error ?? layers.error;
  if (error) return <ErrorNotice error={error} onRetry={() => void layers.refetch()} />;
  if (!versions.data || !layers.data) return <LoadingScreen />;
  const version = versions.data.find((one) => one.id === versionId);
  if (!version) return <NotFoundScreen />;
  const name = `${version.ai_model.name} ${version.version}`;
  const shown = layers.data.find((one) => String(one.number) === search.get("layer")) ?? layers.data[0];
  const open = (number: number) => setSearch({ layer: String(number) });
  return (
    <FilePrefix value={fileNamePart(name)}>
      <Screen
        title={`Calibration of ${name}`}
        about={
          <Anchor component={Link} to={`/ai-models/${id}`} size="xs">
            ← {version.ai_model.name}
          </Anchor>
        }
      >
        <HintArea>
          <Tabs
            value={search.get("tab") === "fit" ? "fit" : "layers"}
            onChange={(tab) => setSearch(tab === "fit" ? { tab } : {})}
            keepMounted={false}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="layers">Operating layers</Tabs.Tab>
              <Tabs.Tab value="fit">Fit a layer</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="layers">
              <LayerTable layers={layers.data} shown={shown?.number ?? null} onOpen={open} />
              {shown && <LayerDetailView key={shown.id} version={version} number={shown.number} />}
            </Tabs.Panel>
            <Tabs.Panel value="fit">
              <FitLayer version={version} onStored={open} />
            </Tabs.Panel>
          </Tabs>
        </HintArea>
      </Screen>
    </FilePrefix>
  );
}
