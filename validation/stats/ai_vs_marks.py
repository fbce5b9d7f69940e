"""One AI against readers by a figure of merit of marks: who found which lesion, with how many false marks."""

from dataclasses import replace

import numpy as np

from validation.stats.ai_vs_readers import AiVsReaders, Compared, compared_figures, without_comparison
from validation.stats.checks import InputError, confidence_level
from validation.stats.froc import FIGURES, FrocFigure, LocalisationFigures
from validation.stats.froc_bounds import bounded_mean, cut_at_zero
from validation.stats.localisation import LocalisationStudy
from validation.stats.mrmc_analyses import NEGLIGIBLE
from validation.stats.results import Undefined


def ai_vs_marks(
    study: LocalisationStudy,
    ai: str,
    figure: FrocFigure = "wafroc",
    *,
    level: float = 0.95,
    margin: float | None = None,
) -> AiVsReaders:
    """Compare the marks of one AI with those of the readers of one modality.

    Parameters
    ----------
    study : LocalisationStudy
        One modality, with the AI among its readers.
    ai : str
        Name of the reader that is the AI.
    figure : str
        As in `froc`.
    level, margin : float
        As in `ai_vs_readers`.

    Returns
    -------
    AiVsReaders
        Differences are AI minus readers; error covariances by the jackknife. With one mark a case `afroc` is the area
        under the ROC curve, and this the answer of `ai_vs_readers`.

    Raises
    ------
    InputError
        When there are several modalities, no such reader, or nobody beside the AI.

    References
    ----------
    Hillis SL, Obuchowski NA, Berbaum KS (2011) Acad Radiol 18:129. Chakraborty DP (2017) Observer Performance
    Methods for Diagnostic Imaging, chapters 14 and 22.
    """
    level = confidence_level(level)
    if figure not in FIGURES:
        raise InputError(f"there is no figure {figure!r}; there is {', '.join(FIGURES)}")
    if len(study.modalities) != 1:
        raise InputError(f"one modality is compared at a time; the study has {', '.join(study.modalities)}")
    if ai not in study.readers:
        raise InputError(f"there is no reader {ai!r}; the readers are {', '.join(study.readers)}")
    if len(study.readers) < 2:
        raise InputError("there is no reader beside the AI")
    if margin is not None and not margin >= 0.0:
        raise InputError(f"a margin is not negative; it was {margin}")
    source = LocalisationFigures(study, figure)
    first = study.readers.index(ai)
    order = [first, *(row for row in range(len(study.readers)) if row != first)]
    figures = source.values()
    values = [figures[row] for row in order]
    given = Compared(tuple(study.readers[row] for row in order), figure, "jackknife", source.limit, source.cases)
    undefined = next((value for value in values if isinstance(value, Undefined)), None)
    problem = undefined or source.lacking()
    if problem is not None:
        return without_comparison(given, values, problem, ["Differences are AI minus readers."])
    matrix = source.covariance("jackknife", 0, None)[np.ix_(order, order)]
    result = compared_figures(given, values, matrix, level=level, margin=margin)
    is_alike = len(set(values[1:])) == 1 and bool((np.diag(matrix)[1:] <= NEGLIGIBLE).all())
    if len(values) > 2 and is_alike:
        return replace(result, reader_mean=bounded_mean(result.reader_mean, figure, study, level=level))
    return replace(result, reader_mean=cut_at_zero(result.reader_mean))
