"""How far scores are chances of being right: reliability, the calibration error, and maps that make them so."""

from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence

import numpy
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from ..errors import XprojError
from ..storage.files import read_json

BINS = 10


class Bin(NamedTuple):
    """Places whose scores are near each other.

    low (float): the lower end of their scores.
    high (float): the upper end.
    places (int): how many there are.
    score (float): their mean score.
    right (float): the share of them that is right.
    """

    low: float
    high: float
    places: int
    score: float
    right: float


def reliability(scores: Sequence[float], right: Sequence[bool], bins: int = BINS) -> List[Bin]:
    """Sort places into bins of equal width by their score (Guo et al. 2017, §2).

    scores (Sequence[float]): the scores; those outside [0, 1] are in the first or last bin.
    right (Sequence[bool]): which of the places are right.
    bins (int): how many bins between 0 and 1.
    RETURNS (List[Bin]): the bins that are not empty, from low to high.
    """
    values, hits = numpy.asarray(scores, dtype=float), numpy.asarray(right, dtype=float)
    numbers = numpy.clip((values * bins).astype(int), 0, bins - 1)
    rows = []
    for number in numpy.unique(numbers).tolist():
        own = numbers == number
        mean, share = float(values[own].mean()), float(hits[own].mean())
        rows.append(Bin(number / bins, (number + 1) / bins, int(own.sum()), mean, share))
    return rows


def calibration_error(scores: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """Compute the expected calibration error: by how much scores differ from the share that is right, on average over
    the places (Guo et al. 2017, equation 3).

    scores (Sequence[float]): the scores.
    right (Sequence[bool]): which of the places are right.
    bins (int): how many bins between 0 and 1.
    RETURNS (float): the error in [0, 1]; 0 if there is no place.
    """
    rows = reliability(scores, right, bins)
    total = sum(row.places for row in rows)
    return sum(row.places * abs(row.right - row.score) for row in rows) / total if total else 0.0


def fit_calibration(method: str, scores: Sequence[float], right: Sequence[bool]) -> Dict[str, Any]:
    """Find the map from scores to chances that fits places of which it is known whether they are right.

    method (str): "isotonic", any map that never falls (Zadrozny and Elkan 2002), or "platt", a logistic curve of the
        score with Platt's targets (Platt 1999), which needs fewer places.
    scores (Sequence[float]): the scores.
    right (Sequence[bool]): which of the places are right.
    RETURNS (Dict[str, Any]): the map, as JSON: for `calibrate`.
    RAISES (XprojError): if there is no place, or no such method.
    """
    values, hits = numpy.asarray(scores, dtype=float), numpy.asarray(right, dtype=float)
    if not len(values):
        raise XprojError("no place to calibrate on; take a gold set in which entities are projected")
    if method == "isotonic":
        return _fit_isotonic(values, hits)
    if method == "platt":
        return _fit_platt(values, hits)
    raise XprojError(f"no method '{method}'; take isotonic or platt")


def calibrate(calibration: Dict[str, Any], scores: Sequence[float]) -> NDArray:
    """Turn scores into chances.

    calibration (Dict[str, Any]): what `fit_calibration` gave.
    scores (Sequence[float]): the scores.
    RETURNS (NDArray): the chances. *Shape:* ``(scores,)``
    """
    values = numpy.asarray(scores, dtype=float)
    if calibration["method"] == "isotonic":
        return numpy.interp(values, calibration["scores"], calibration["chances"])
    return expit(calibration["slope"] * values + calibration["intercept"])


def read_calibration(path: Path) -> Dict[str, Any]:
    """Read a map that `xproj tune --calibrate` wrote.

    path (Path): the file.
    RETURNS (Dict[str, Any]): the map.
    RAISES (XprojError): if it is none.
    """
    calibration = read_json(path)
    try:
        chances = calibrate(calibration, [0.0, 1.0])
        valid = bool((chances >= 0).all() and (chances <= 1).all())
    except (KeyError, TypeError, ValueError):
        valid = False
    if not valid:
        raise XprojError(f"{path}: not a calibration; write one with `xproj tune --calibrate isotonic`")
    return calibration


def _fit_isotonic(values: NDArray, hits: NDArray) -> Dict[str, Any]:
    """Fit by pools of equal values: their ends are kept, between which `calibrate` draws lines."""
    distinct, where, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    means = numpy.bincount(where, weights=hits) / counts
    chances = isotonic_regression(means, weights=counts).x
    edge = numpy.ones(len(distinct), dtype=bool)
    edge[1:-1] = (numpy.diff(chances)[:-1] > 0) | (numpy.diff(chances)[1:] > 0)
    return {"method": "isotonic", "scores": distinct[edge].tolist(), "chances": chances[edge].tolist()}


def _fit_platt(values: NDArray, hits: NDArray) -> Dict[str, Any]:
    positive = hits.sum()
    negative = len(hits) - positive
    goal = numpy.where(hits > 0, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(parameters: NDArray) -> float:
        margin = parameters[0] * values + parameters[1]
        return float((numpy.logaddexp(0, margin) - goal * margin).sum())

    slope, intercept = minimize(loss, numpy.zeros(2)).x.tolist()
    return {"method": "platt", "slope": slope, "intercept": intercept}
