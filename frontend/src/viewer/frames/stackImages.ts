import { Enums, imageLoader, type Types, utilities } from "@cornerstonejs/core";

/** Asks the image loader to tell of a reduced image while the whole one is on its way. */
export type OnReduced = (image: Types.IImage) => void;

/** Not the whole image yet: it may be looked at, never measured. */
export function isReduced(image: Types.IImage | undefined): boolean {
  const { imageQualityStatus } = image ?? {};
  return imageQualityStatus !== undefined && imageQualityStatus < Enums.ImageQualityStatus.FULL_RESOLUTION;
}

/**
 * The images of stacks: first the reduced one where a slow line makes it worth it, then the whole one. Only the whole
 * one gets into Cornerstone's cache, from which marks are measured.
 */
const stackImages: Types.IImagesLoader = {
  loadImages: (imageIds, listener) =>
    Promise.allSettled(imageIds.map((imageId) => loadInSteps(imageId, listener))),
};

async function loadInSteps(imageId: string, listener: Types.ImageLoadListener): Promise<void> {
  let isWhole = false;
  const onReduced: OnReduced = (image) => {
    // Under a pressed button a tool may be at work, and would take its values for the image's.
    if (!isWhole && !isPressed) listener.successCallback(imageId, image);
  };
  const options = { ...listener.getLoaderImageOptions?.(imageId), onReduced };
  try {
    const image = await imageLoader.loadAndCacheImage(imageId, options as never);
    isWhole = true;
    listener.successCallback(imageId, image);
  } catch (failure) {
    isWhole = true;
    listener.errorCallback(imageId, true, failure);
  }
}

let isPressed = false;

/** Let every stack load its images so. */
export function startStackImages(): void {
  window.addEventListener("pointerdown", () => setPressed(true), { capture: true });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => setPressed(false), { capture: true });
  }
  utilities.imageRetrieveMetadataProvider.add("stack", { create: () => stackImages });
}

function setPressed(is: boolean): void {
  isPressed = is;
}
