"""What emoji are called in many languages: the annotations of Unicode CLDR, as JSON.

The npm package `cldr-annotations-full` has them, with over 100 languages; `cldr-annotations-derived-full` has those of
sequences, flags with the names of countries among them. Each language has a short name of an emoji (`tts`, for
speech synthesis) and keywords (`default`); see Unicode Technical Standard 35, part 7, "Annotations".
"""

from pathlib import Path
from typing import Dict, Iterable, List, Set

from ...errors import XprojError
from ...storage.files import read_json

#: Captions by emoji and language. The first one is the name.
Captions = Dict[str, Dict[str, List[str]]]

#: The directories that the two packages unpack to. Each has one for each language; its file has a key of that name.
DIRECTORIES = ("annotations", "annotationsDerived")
INSTALL = (
    "make a directory and unpack there, with tar, what this gets: "
    "npm pack cldr-annotations-full cldr-annotations-derived-full"
)
SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))


def all_languages(path: Path) -> List[str]:
    """List the languages that a directory has captions in, without those that have a subtag.

    Those, such as `en-AU`, hold only what differs from `en`, or are in a second script.

    path (Path): a directory that the packages are unpacked in.
    RETURNS (List[str]): the languages, sorted.
    RAISES (XprojError): if it has none.
    """
    found = _find(path)
    return sorted(name for name, files in found.items() if "-" not in name and any(map(_read, files)))


def read_captions(path: Path, languages: Iterable[str]) -> Captions:
    """Read the captions of emoji.

    Emoji in other skin tones are left out: they have almost the picture and the name of the emoji that they vary.

    path (Path): a directory that the packages are unpacked in.
    languages (Iterable[str]): languages as CLDR calls them, such as `sw` or `zh-Hant`.
    RETURNS (Captions): for each emoji its captions in each language that has a name for it.
    RAISES (XprojError): if there is no such file, a file is no such JSON, or a language is missing.
    """
    found = _find(path)
    captions: Captions = {}
    for language in languages:
        if language not in found:
            raise XprojError(f"--captions {path}: nothing in '{language}'; it has {', '.join(sorted(found))}")
        for file in found[language]:
            for emoji, texts in _read(file).items():
                toned = len(emoji) > 1 and not SKIN_TONES.isdisjoint(emoji)  # the tones alone are emoji of their own
                if "tts" in texts and not toned:
                    unique = dict.fromkeys([*texts["tts"], *texts.get("default", [])])
                    captions.setdefault(emoji, {})[language] = list(unique)
        if not any(language in names for names in captions.values()):
            raise XprojError(f"--captions {path}: no names in '{language}'; leave it out")
    return captions


def caption_texts(captions: Captions) -> Set[str]:
    """Collect every caption in every language."""
    return {text for languages in captions.values() for texts in languages.values() for text in texts}


def _find(path: Path) -> Dict[str, List[Path]]:
    """Find the files of each language."""
    found: Dict[str, List[Path]] = {}
    for directory in DIRECTORIES:
        for file in sorted(path.glob(f"**/{directory}/*/annotations.json")):
            found.setdefault(file.parent.name, []).append(file)
    if not found:
        raise XprojError(f"--captions {path}: no annotations/LANGUAGE/annotations.json in it; {INSTALL}")
    return found


def _read(file: Path) -> Dict[str, Dict[str, List[str]]]:
    """Read what a file says of each emoji. Some say nothing."""
    try:
        content = read_json(file)[file.parent.parent.name]
        if "identity" not in content:
            raise KeyError("identity")
        return content.get("annotations", {})
    except (ValueError, KeyError, TypeError):
        raise XprojError(f"{file}: not the JSON of CLDR's annotations; {INSTALL}") from None
