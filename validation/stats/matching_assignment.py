"""One-to-one assignment of marks to lesions, from the pairs that a criterion allows."""

import dataclasses

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from validation.stats.checks import BoolArray, FloatArray

Positions = npt.NDArray[np.intp]

_TIE = 1e-9  # totals of the criterion this close, relative to its spread among the pairs at hand, are equal


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Marks and lesions that may be matched.

    Attributes
    ----------
    mark : array of int
        Position of the mark in its table.
    lesion : array of int
        Number of the lesion as one reader saw it in one modality; another reader's is another number.
    cost : array of float
        Criterion, smaller is better.
    """

    mark: Positions
    lesion: Positions
    cost: FloatArray

    def __len__(self) -> int:
        return len(self.mark)

    def take(self, rows: npt.NDArray[np.generic]) -> "Pairs":
        """Keep some pairs."""
        return Pairs(self.mark[rows], self.lesion[rows], self.cost[rows])


def assign(pairs: Pairs, rating: FloatArray, *, rating_first: bool) -> BoolArray:
    """Choose pairs so that no mark and no lesion comes twice, as many as possible.

    Parameters
    ----------
    pairs : Pairs
        What may be matched.
    rating : array of float, one per mark
        Ratings; only their order matters.
    rating_first : bool
        Of the assignments with the most pairs take the one with the best rated marks, and of those the one with
        the smallest total cost; otherwise the smallest total cost, and then the best rated marks. What is still
        equal goes to marks and lesions higher up in their tables.

    Returns
    -------
    array of bool, one per pair

    Notes
    -----
    The sets of marks that can be matched together form a matroid. So the best rated set is the same for every
    increasing transformation of the ratings, and its marks above any threshold are as many as could be matched
    there.
    """
    chosen = np.zeros(len(pairs), dtype=bool)
    if len(pairs) == 0:
        return chosen
    marks, lesions = (np.bincount(nodes)[nodes] for nodes in (pairs.mark, pairs.lesion))
    component = _components(pairs)
    single_lesion, single_mark = (_only_ones(degree, component) for degree in (marks, lesions))
    for star, centre in ((single_lesion, pairs.lesion), (single_mark & ~single_lesion, pairs.mark)):
        rows = np.flatnonzero(star)
        chosen[rows[_best_of_each(pairs.take(rows), centre[rows], rating, rating_first=rating_first)]] = True
    rest = np.flatnonzero(~(single_lesion | single_mark))
    rest = rest[np.argsort(component[rest], kind="stable")]
    for rows in np.split(rest, np.flatnonzero(np.diff(component[rest])) + 1):
        if len(rows):
            chosen[rows[_solve(pairs.take(rows), rating, rating_first=rating_first)]] = True
    return chosen


def _components(pairs: Pairs) -> Positions:
    size = int(pairs.mark.max()) + 1
    nodes = size + int(pairs.lesion.max()) + 1
    graph = coo_array((np.ones(len(pairs), dtype=bool), (pairs.mark, size + pairs.lesion)), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1][pairs.mark])


def _only_ones(degree: Positions, component: Positions) -> BoolArray:
    """Say of each pair whether every node of one side in its component has a single pair: the component is a star."""
    several = np.bincount(component, weights=degree > 1) > 0
    return np.asarray(~several[component])


def _best_of_each(pairs: Pairs, centre: Positions, rating: FloatArray, *, rating_first: bool) -> Positions:
    """Give the best pair of each star."""
    worst_last = [pairs.cost, -rating[pairs.mark]]
    first, second = worst_last[::-1] if rating_first else worst_last
    order = np.lexsort((pairs.lesion, pairs.mark, second, first, centre))
    return order[np.flatnonzero(np.diff(centre[order], prepend=-1))]


def _solve(pairs: Pairs, rating: FloatArray, *, rating_first: bool) -> Positions:
    """Solve one component exactly, as a linear sum assignment whose benefits rank the rules one below the other."""
    marks, row = np.unique(pairs.mark, return_inverse=True)
    lesions, column = np.unique(pairs.lesion, return_inverse=True)
    size = min(len(marks), len(lesions)) + 1.0
    ranks = np.unique(rating[marks], return_inverse=True)[1] + 1.0
    spread = float(np.ptp(pairs.cost))
    nearness = (pairs.cost.max() - pairs.cost) / spread if spread > 0.0 else np.zeros(len(pairs))
    earlier = (1.0 - row / len(marks)) + (1.0 - column / len(lesions)) / len(marks)
    if rating_first:
        # Any positive weights of the marks give the most pairs; a whole rank outweighs all nearness there is.
        benefit = ranks[row] * size + nearness + _TIE * earlier
    else:
        benefit = size + nearness + _TIE * (ranks[row] / len(marks) + _TIE**0.5 * earlier)
    matrix = np.zeros((len(marks), len(lesions)))
    matrix[row, column] = benefit
    position = np.full(matrix.shape, -1)
    position[row, column] = np.arange(len(pairs))
    found = position[linear_sum_assignment(matrix, maximize=True)]
    return np.asarray(found[found >= 0])
