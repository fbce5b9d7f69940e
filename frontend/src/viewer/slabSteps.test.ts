import vtkImageData from "@kitware/vtk.js/Common/Data/ImageData";
import vtkVolume from "@kitware/vtk.js/Rendering/Core/Volume";
import vtkVolumeMapper from "@kitware/vtk.js/Rendering/Core/VolumeMapper";
import { expect, test } from "vitest";
import { allowEveryStep, stepsThrough } from "./slabSteps";

test("steps through a volume are its diagonal by the step", () => {
  // 3, 4 and 12 make 13.
  expect(stepsThrough([-1, 2, 0, 4, 5, 17], 0.5)).toBe(26);
});

test("a chest CT in fine steps is within what is allowed, and a small volume keeps its limit", () => {
  const planeOf = (dimensions: [number, number, number], spacing: [number, number, number]) => {
    const image = vtkImageData.newInstance({ spacing });
    image.setDimensions(dimensions);
    const mapper = vtkVolumeMapper.newInstance();
    mapper.setInputData(image);
    mapper.setMaximumSamplesPerRay(4000);
    mapper.setSampleDistance((spacing[0] + spacing[1] + spacing[2]) / 24);
    const volumeActor = vtkVolume.newInstance();
    volumeActor.setMapper(mapper);
    allowEveryStep({ volumeActor });
    return mapper;
  };
  const chest = planeOf([512, 512, 300], [0.7, 0.7, 1]);
  // The diagonal of 357.7 x 357.7 x 299 mm, by steps of 0.1 mm.
  expect(chest.getMaximumSamplesPerRay()).toBe(5877);
  expect(chest.getSampleDistance()).toBeCloseTo(0.1, 9);
  expect(planeOf([64, 64, 20], [1, 1, 5]).getMaximumSamplesPerRay()).toBe(4000);
});
