import { Alert, Anchor, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { layersQuery, type StoredLayer } from "@/api/operatingLayers";
import { FilePrefix, fileNamePart } from "@/ui/charts/fileNames";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { HintArea } from "@/ui/HintArea";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { useVersion } from "../VersionFrame";
import { FitLayer } from "./FitLayer";
import { LayerDetailView } from "./LayerDetailView";
import { LayerTable } from "./LayerTable";

/** The operating layers of a version: those there are with their evidence, and fitting a new one. */
export function LayersScreen() {
  const version = useVersion();
  const [search, setSearch] = useSearchParams();
  const [stored, setStored] = useState<StoredLayer | null>(null);
  const layers = useQuery(layersQuery(version.id));
  if (layers.error) return <ErrorNotice error={layers.error} onRetry={() => void layers.refetch()} />;
  if (!layers.data) return <LoadingScreen />;
  const name = `${version.ai_model.name} ${version.version}`;
  const shown = layers.data.find((one) => String(one.number) === search.get("layer")) ?? layers.data[0];
  const open = (number: number) => setSearch({ layer: String(number) });
  const toldStored = (layer: StoredLayer) => {
    setStored(layer);
    open(layer.number);
  };
  return (
    <FilePrefix value={fileNamePart(name)}>
      <Screen
        title={`Calibration of ${name}`}
        about={
          <Anchor component={Link} to={`/ai-models/${version.ai_model.id}`} size="xs">
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
              {stored && stored.number === shown?.number && <Stored layer={stored} />}
              <LayerTable layers={layers.data} shown={shown?.number ?? null} onOpen={open} />
              {shown && <LayerDetailView key={shown.id} version={version} number={shown.number} />}
            </Tabs.Panel>
            <Tabs.Panel value="fit">
              <FitLayer version={version} onStored={toldStored} />
            </Tabs.Panel>
          </Tabs>
        </HintArea>
      </Screen>
    </FilePrefix>
  );
}

function Stored({ layer: { number, is_repeat } }: { layer: StoredLayer }) {
  return (
    <Alert
      color={is_repeat ? "gray" : "teal"}
      variant="light"
      role="status"
      mb="md"
      title={is_repeat ? `This is layer ${number} already` : `Layer ${number} is stored`}
    >
      {is_repeat && "Rule, threshold and cases are the same, so no new layer was made."}
    </Alert>
  );
}
