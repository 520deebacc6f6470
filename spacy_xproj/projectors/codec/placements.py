"""The search for the most probable of many token sequences: branch and bound on the probability of prefixes."""

import heapq
from itertools import accumulate
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ...models.probability import Ids, Steps


class Branch(NamedTuple):
    """Sequences that share their first tokens. The one with the greatest bound is the smallest.

    minus_bound (float): minus the log-probability of what they share.
    partial (Tuple[float, ...]): the log-probability of the first tokens: of none, of one, … of all that they share.
    members (Tuple[int, ...]): the sequences.
    """

    minus_bound: float
    partial: Tuple[float, ...]
    members: Tuple[int, ...]


class Request(NamedTuple):
    """What the search wants to know of one sequence.

    branch (Branch): the branch that the sequence stands for.
    sequence (int): the sequence.
    steps (Steps): positions and tokens, the sequence's own first.
    splits (List[Tuple[int, ...]]): what leaves the sequence at each of the steps that are not its own.
    equals (Tuple[int, ...]): what never leaves it: the sequence and those with the same tokens.
    """

    branch: Branch
    sequence: int
    steps: Steps
    splits: List[Tuple[int, ...]]
    equals: Tuple[int, ...]


class ScoredPlacement(NamedTuple):
    """A sequence that was scored.

    total (float): its log-probability.
    sequence (int): the sequence.
    partial (Tuple[float, ...]): the log-probability of its first tokens: of none, of one, … of all.
    """

    total: float
    sequence: int
    partial: Tuple[float, ...]


class PlacementSearch:
    """Find the `n_best` most probable of given sequences without scoring all of them.

    The log-probability of a sequence is a sum of terms that are at most 0, so that of its first tokens bounds it from
    above. One pass of the model over a sequence tells its own probability, and how probable it finds the other
    sequences up to the token where they leave it. The search passes over one sequence of the branch with the greatest
    bound, splits the branch at these tokens, and ends when no bound exceeds the n-th best probability found. That is
    exact. How much it saves depends on the model: the surer it is of what the sequences share, the more.

    With a `lookahead` the bound is compared with the n-th best sequence not as a whole but up to so many tokens further
    on, or up to where that sequence is settled, whichever is later. That saves most of the work and may miss the best.

    sequences (Sequence[Ids]): the sequences, all with the same last token, that of the sentence's end. The first of a
        branch is passed over: a good order finds good sequences early, any order finds the best.
    start (int): tokens at the beginning of all sequences that are given and have no probability.
    n_best (int): how many to find.
    lookahead (Optional[int]): tokens; None to be exact.
    settled (Sequence[int]): for each sequence, after how many tokens its last marker is behind; read with a lookahead.

    Its results: `found` has the best sequences, the best first; `scored` counts those that the model passed over.
    """

    def __init__(
        self,
        sequences: Sequence[Ids],
        start: int,
        n_best: int,
        lookahead: Optional[int] = None,
        settled: Sequence[int] = (),
    ):
        self.sequences = sequences
        self.n_best = n_best
        self.lookahead = lookahead
        self.settled = settled
        self.scored = 0
        self.found: List[ScoredPlacement] = []
        root = Branch(0.0, (0.0,) * (start + 1), tuple(range(len(sequences))))
        self._open = [root] if sequences else []

    def requests(self, width: int) -> List[Request]:
        """Choose the next sequences to score.

        width (int): how many at most.
        RETURNS (List[Request]): the sequences; none when the search is over.
        """
        branches: List[Branch] = []
        while self._open and len(branches) < width:
            branch = heapq.heappop(self._open)
            if -branch.minus_bound > self._floor(len(branch.partial) - 1):
                branches.append(branch)
        self.scored += len(branches)
        return [self._request(branch) for branch in branches]

    def _floor(self, depth: int) -> float:
        """What the bound of a branch of this depth has to exceed."""
        if len(self.found) < self.n_best:
            return -float("inf")
        last = self.found[-1]
        if self.lookahead is None:
            return last.total
        return last.partial[min(max(depth + self.lookahead, self.settled[last.sequence]), len(last.partial) - 1)]

    def receive(self, request: Request, values: Sequence[float]) -> None:
        """Go on with what the model said.

        request (Request): what was asked.
        values (Sequence[float]): the log-probability of each of its steps.
        """
        depth = len(request.branch.partial) - 1
        n_own = len(self.sequences[request.sequence]) - depth
        before = request.branch.partial
        partial = (*before[:-1], *accumulate(values[:n_own], initial=before[-1]))
        self.found += [ScoredPlacement(partial[-1], member, partial) for member in request.equals]
        self.found.sort(key=lambda placement: (-placement.total, placement.sequence))
        del self.found[self.n_best :]
        for (position, _), value, members in zip(request.steps[n_own:], values[n_own:], request.splits, strict=True):
            bound = partial[position] + value
            heapq.heappush(self._open, Branch(-bound, (*partial[: position + 1], bound), members))

    def _request(self, branch: Branch) -> Request:
        first, members = branch.members[0], branch.members
        own = self.sequences[first]
        steps: List[Tuple[int, int]] = []
        splits: List[Tuple[int, ...]] = []
        positions = range(len(branch.partial) - 1, len(own))
        for position in positions:
            by_token: Dict[int, List[int]] = {}
            for member in members:
                by_token.setdefault(self.sequences[member][position], []).append(member)
            members = tuple(by_token.pop(own[position]))
            steps += [(position, token) for token in by_token]
            splits += map(tuple, by_token.values())
        path = [(position, own[position]) for position in positions]
        return Request(branch, first, (*path, *steps), splits, members)
