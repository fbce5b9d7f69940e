// The least that shows a series with Cornerstone3D straight from Orthanc's DICOMweb: what the library alone can do.
import { cache, Enums, imageLoader, init as initCore, RenderingEngine } from "@cornerstonejs/core";
import { init as initLoader, wadors } from "@cornerstonejs/dicom-image-loader";

const query = new URLSearchParams(window.location.search);
const root = `${query.get("orthanc")}/dicom-web`;

const TAG = { sop: "00080018", number: "00200013", position: "00200032", orientation: "00200037" };

function depthOf(instance) {
  const position = instance[TAG.position]?.Value;
  const cosines = instance[TAG.orientation]?.Value;
  if (!position || !cosines) return instance[TAG.number]?.Value?.[0] ?? 0;
  const [a, b, c, d, e, f] = cosines;
  return position[0] * (b * f - c * e) + position[1] * (c * d - a * f) + position[2] * (a * e - b * d);
}

async function imageIdsOf(study, series) {
  const path = `${root}/studies/${study}/series/${series}`;
  const answer = await fetch(`${path}/metadata`, { headers: { Accept: "application/dicom+json" } });
  const instances = (await answer.json()).sort((one, other) => depthOf(one) - depthOf(other));
  return instances.map((instance) => {
    const imageId = `wadors:${path}/instances/${instance[TAG.sop].Value[0]}/frames/1`;
    wadors.metaDataManager.add(imageId, instance);
    return imageId;
  });
}

const ready = (async () => {
  initCore();
  initLoader({ maxWebWorkers: Math.max(1, navigator.hardwareConcurrency - 1) });
  const element = document.getElementById("image");
  const engine = new RenderingEngine("bench");
  engine.enableElement({ viewportId: "image", type: Enums.ViewportType.STACK, element });
  const viewport = engine.getViewport("image");
  element.addEventListener("wheel", (event) => viewport.scroll(Math.sign(event.deltaY)));
  return viewport;
})();

const bare = {
  series: null,
  loaded: 0,
  total: 0,
  isShown: false,
  get cacheBytes() {
    return cache.getCacheSize();
  },
  async open(study, series) {
    const viewport = await ready;
    Object.assign(bare, { series, loaded: 0, total: 0, isShown: false });
    const imageIds = await imageIdsOf(study, series);
    bare.total = imageIds.length;
    await viewport.setStack(imageIds, 0);
    bare.isShown = true;
    viewport.render();
    for (const imageId of imageIds) {
      imageLoader
        .loadAndCacheImage(imageId, { requestType: Enums.RequestType.Prefetch, priority: 5 })
        .then(() => {
          if (bare.series === series) bare.loaded += 1;
        });
    }
  },
};
window.bare = bare;
if (query.get("study")) bare.open(query.get("study"), query.get("series"));
