"""From a similarity matrix to word links: the extraction methods of SimAlign, awesome-align and our soft one.

Each function takes similarities (*Shape:* ``(source, target)``, any float type, neither side empty) and
returns link weights in [0, 1] of the same shape.
"""

from functools import partial
from typing import Callable, Dict

import numpy
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ..errors import XprojError

Extraction = Callable[[NDArray], NDArray]
#: A soft weight at or below this is not a link.
LEAST_WEIGHT = 0.01


def argmax(similarity: NDArray) -> NDArray:
    """Mutual best: links that are the maximum of their row and of their column (SimAlign `inter`,
    Jalili Sabet et al. 2020, §3.1).

    similarity (NDArray): *Shape:* ``(source, target)``
    RETURNS (NDArray): 0/1 weights. *Shape:* ``(source, target)``
    """
    forward = numpy.zeros(similarity.shape, dtype=bool)
    backward = numpy.zeros(similarity.shape, dtype=bool)
    rows, columns = numpy.arange(similarity.shape[0]), numpy.arange(similarity.shape[1])
    forward[rows, similarity.argmax(axis=1)] = True
    backward[similarity.argmax(axis=0), columns] = True
    return (forward & backward).astype(numpy.float32)


def itermax(similarity: NDArray, iterations: int = 2, alpha: float = 0.9) -> NDArray:
    """Mutual best, repeated on what is left (SimAlign `itermax`, Jalili Sabet et al. 2020, algorithm 1).

    A cell with one end linked is discounted by `alpha`, a cell with both ends linked is closed. Cosines are moved to
    [0, 1] first, as SimAlign does, so that the discount makes a negative one smaller as well.

    similarity (NDArray): cosines. *Shape:* ``(source, target)``
    iterations (int): rounds, the first included.
    alpha (float): the discount.
    RETURNS (NDArray): 0/1 weights. *Shape:* ``(source, target)``
    """
    links = argmax(similarity)
    if min(similarity.shape) <= 2:
        return links
    positive = (similarity + 1) / 2
    for _ in range(iterations - 1):
        free_rows, free_columns = links.sum(axis=1) == 0, links.sum(axis=0) == 0
        if not free_rows.any() or not free_columns.any():
            break
        half_open = free_rows[:, None] | free_columns[None, :]
        both_open = free_rows[:, None] & free_columns[None, :]
        # SimAlign adds the discount of both sides and clips at 1, so a cell open on both sides keeps its weight
        weight = numpy.where(both_open, min(1.0, 2 * alpha), alpha) * half_open
        added = argmax(positive * weight) * half_open
        if not added.any():
            break
        links += added
    return links


def match(similarity: NDArray) -> NDArray:
    """Maximum-weight bipartite matching (SimAlign `mwmf`): every word of the shorter side gets one link.

    similarity (NDArray): *Shape:* ``(source, target)``
    RETURNS (NDArray): 0/1 weights. *Shape:* ``(source, target)``
    """
    links = numpy.zeros(similarity.shape, dtype=numpy.float32)
    links[linear_sum_assignment(similarity, maximize=True)] = 1
    return links


def softmax(similarity: NDArray, threshold: float = 0.001, temperature: float = 1.0) -> NDArray:
    """Links whose probability exceeds the threshold in both directions (awesome-align, Dou & Neubig 2021, §2.1).

    similarity (NDArray): dot products in the original. *Shape:* ``(source, target)``
    threshold (float): the least probability.
    temperature (float): similarities are divided by it.
    RETURNS (NDArray): the product of both probabilities if there is a link, else 0. *Shape:* ``(source, target)``
    """
    logits = similarity / temperature
    return _both(_softmax(logits, axis=1), _softmax(logits, axis=0), threshold)


def entmax(similarity: NDArray, threshold: float = 0.0, temperature: float = 1.0) -> NDArray:
    """As `softmax`, with the sparse 1.5-entmax in its place (awesome-align's other extraction). It gives most pairs the
    probability 0, and so needs no threshold.

    similarity (NDArray): dot products in the original. *Shape:* ``(source, target)``
    threshold (float): links are more probable than this, in both directions.
    temperature (float): similarities are divided by it.
    RETURNS (NDArray): the product of both probabilities if there is a link, else 0. *Shape:* ``(source, target)``
    """
    logits = similarity / temperature
    return _both(_entmax(logits), _entmax(logits.T).T, threshold)


def soft(
    similarity: NDArray, temperature: float = 0.05, null: float = 0.05, iterations: int = 5, least: float = 0.0
) -> NDArray:
    """Sinkhorn-normalised soft alignment with a NULL word on each side.

    The exponentials of the similarities are scaled so that the weights of every word, NULL's included, come near a
    sum of 1; only NULL may take any number of words. So a word without counterpart gives its weight to NULL instead
    of to a neighbour. Rows and columns are scaled together by the square roots of their sums (the symmetric scaling of
    Ruiz 2001), which keeps the two sides, and NULL with them, on one scale from the first iteration on. Two words
    prefer each other to NULL if their similarity exceeds twice `null`.

    similarity (NDArray): cosines, with mean vectors removed. *Shape:* ``(source, target)``
    temperature (float): similarities are divided by it.
    null (float): the similarity of every word with NULL.
    iterations (int): rounds of scaling.
    least (float): weights at or below it become 0.
    RETURNS (NDArray): weights in [0, 1]. *Shape:* ``(source, target)``
    """
    kernel = numpy.full((similarity.shape[0] + 1, similarity.shape[1] + 1), numpy.exp(null / temperature))
    inside = kernel[:-1, :-1]
    numpy.exp(numpy.divide(similarity, temperature, out=inside, dtype=numpy.float64), out=inside)
    for _ in range(iterations):
        rows = numpy.sqrt(kernel[:-1].sum(axis=1, keepdims=True))
        columns = numpy.sqrt(kernel[:, :-1].sum(axis=0, keepdims=True))
        kernel[:-1] /= rows
        kernel[:, :-1] /= columns
    inside[inside <= least] = 0.0
    return numpy.minimum(inside, 1.0)


def _softmax(logits: NDArray, axis: int) -> NDArray:
    exponentials = numpy.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _entmax(logits: NDArray) -> NDArray:
    """1.5-entmax of each row: p = max(z / 2 − τ, 0)², with τ such that the row sums to 1.

    Exact, by sorting (Peters, Niculae & Martins 2019, algorithm 2): for each k, τ is computed as if the k largest
    cells were the support; the right k is the last one at which the k-th cell still reaches that τ.
    """
    half = logits / 2
    half = half - half.max(axis=1, keepdims=True)
    descending = -numpy.sort(-half, axis=1)
    size = numpy.arange(1, half.shape[1] + 1)
    mean = descending.cumsum(axis=1) / size
    spread = (descending**2).cumsum(axis=1) - size * mean**2
    thresholds = mean - numpy.sqrt(numpy.maximum(1 - spread, 0) / size)
    support = (thresholds <= descending).sum(axis=1, keepdims=True)
    threshold = numpy.take_along_axis(thresholds, support - 1, axis=1)
    return numpy.maximum(half - threshold, 0) ** 2


def _both(forward: NDArray, backward: NDArray, threshold: float) -> NDArray:
    """The product of two directions' probabilities, if both exceed the threshold."""
    return forward * backward * ((forward > threshold) & (backward > threshold))


def get_extraction(method: str, temperature: float = 0.05, null: float = 0.05) -> Extraction:
    """Look up an extraction method.

    method (str): `argmax`, `itermax`, `match`, `softmax`, `entmax` or `soft`.
    temperature (float): for `softmax`, `entmax` and `soft`.
    null (float): for `soft`.
    RETURNS (Extraction): the function.
    RAISES (XprojError): if there is no such method.
    """
    methods: Dict[str, Extraction] = {
        "argmax": argmax,
        "itermax": itermax,
        "match": match,
        "softmax": partial(softmax, temperature=temperature),
        "entmax": partial(entmax, temperature=temperature),
        "soft": partial(soft, temperature=temperature, null=null, least=LEAST_WEIGHT),
    }
    if method not in methods:
        raise XprojError(f"no extraction method '{method}': use one of {', '.join(methods)}")
    return methods[method]
