"""A smaller vocabulary for a fast tokenizer, by way of its JSON form.

Unigram tokenizers take the segmentation with the best sum of scores: without pieces that lie on no best path,
the best paths stay what they are. An unknown character scores a fixed amount below the lowest piece, so that piece
stays as well. WordPiece takes the longest piece that fits: shorter ones that were never taken are not missed.
"""

from typing import Any, Dict, List, Optional, Set

from ..errors import XprojError

Spec = Dict[str, Any]


def vocabulary(spec: Spec) -> List[str]:
    """List the pieces of a tokenizer.

    spec (Spec): the tokenizer's JSON form.
    RETURNS (List[str]): the pieces of its model, in the order of ids.
    RAISES (XprojError): if it is neither Unigram nor WordPiece.
    """
    model = spec["model"]
    if model["type"] == "Unigram":
        return [piece for piece, _ in model["vocab"]]
    if model["type"] == "WordPiece":
        return sorted(model["vocab"], key=model["vocab"].__getitem__)
    raise XprojError(f"--trim: cannot trim a {model['type']} tokenizer, only Unigram and WordPiece; leave --trim out")


def needed_pieces(spec: Spec) -> Set[int]:
    """List the pieces that stay whatever the text: special ones, single characters, and the lowest score.

    spec (Spec): the tokenizer's JSON form.
    RETURNS (Set[int]): their ids.
    """
    model = spec["model"]
    pieces = vocabulary(spec)
    prefix = model.get("continuing_subword_prefix") or ""
    needed = {token["id"] for token in spec["added_tokens"]}
    needed.update(i for i, piece in enumerate(pieces) if len(piece.removeprefix(prefix)) == 1)
    if model["type"] == "WordPiece":
        needed.add(model["vocab"][model["unk_token"]])
        return needed
    scores = [score for _, score in model["vocab"]]
    needed.add(scores.index(min(scores)))
    needed.add(model["unk_id"])
    if model["byte_fallback"]:
        needed.update(pieces.index(f"<0x{byte:02X}>") for byte in range(256))
    return needed


def keep_pieces(spec: Spec, kept: List[int]) -> Spec:
    """Make a tokenizer with some of the pieces.

    spec (Spec): the tokenizer's JSON form.
    kept (List[int]): the ids to keep, ascending; each gets its place in this list as new id.
    RETURNS (Spec): the new tokenizer's JSON form.
    """
    new_ids = {old: new for new, old in enumerate(kept)}
    pieces = vocabulary(spec)
    model = dict(spec["model"])
    of_model = [i for i in kept if i < len(pieces)]
    if model["type"] == "Unigram":
        model["vocab"] = [model["vocab"][i] for i in of_model]
        model["unk_id"] = new_ids[model["unk_id"]]
    else:
        model["vocab"] = {pieces[i]: new_ids[i] for i in of_model}
    return {
        **spec,
        "model": model,
        "added_tokens": [{**token, "id": new_ids[token["id"]]} for token in spec["added_tokens"]],
        "post_processor": _renumber(spec["post_processor"], new_ids),
    }


def _renumber(processor: Optional[Spec], new_ids: Dict[int, int]) -> Optional[Spec]:
    """Give the special tokens that a post-processor adds their new ids."""
    if processor is None:
        return None
    if processor["type"] == "Sequence":
        return {**processor, "processors": [_renumber(part, new_ids) for part in processor["processors"]]}
    if processor["type"] == "TemplateProcessing":
        special = {
            name: {**token, "ids": [new_ids[i] for i in token["ids"]]}
            for name, token in processor["special_tokens"].items()
        }
        return {**processor, "special_tokens": special}
    if processor["type"] in ("BertProcessing", "RobertaProcessing"):
        ends = {end: [processor[end][0], new_ids[processor[end][1]]] for end in ("sep", "cls")}
        return {**processor, **ends}
    return processor
