interface CurrentImages<Images> {
  imaging_study: Images;
  further_imaging_studies: Images[];
}

/** The imaging studies that are read as one case, in order, each with its name. */
export function currentStudies<Images>(of: CurrentImages<Images>): { name: string; images: Images }[] {
  const all = [of.imaging_study, ...of.further_imaging_studies];
  return all.map((images, index) => ({
    name: all.length === 1 ? "Current" : `Current ${index + 1}`,
    images,
  }));
}
