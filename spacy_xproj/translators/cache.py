"""Translations that are kept on disk, so that nothing is translated twice: by a second run, or by another process."""

import json
import os
import sqlite3
import time
import warnings
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

from ..encoders.cache import cache_dir
from ..errors import XprojError
from ..types import Translation

#: Raised whenever the same model gives other translations than before, by what this package does.
FORMAT = 1
#: Megabytes that the cache may have; 0 turns it off.
VARIABLE = "SPACY_XPROJ_TRANSLATIONS_MB"
MEGABYTES = 1000
DAY = 24 * 60 * 60
#: Share of the translations that are removed at a time if there are too many: those that were not used for longest.
SHARE = 0.1
SCHEMA = """
CREATE TABLE IF NOT EXISTS models (id INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS translations (
    model INTEGER NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL, flags TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (model, source)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON translations (used);
"""


@dataclass(frozen=True)
class CachedModel:
    """What the cache has of a translator.

    number (int): its number in the cache.
    key (Dict[str, Any]): the model, its revision, settings and languages.
    translations (int): how many translations there are.
    characters (int): their length, with that of their sources.
    used (int): when one of them was last used, in days since 1970.
    """

    number: int
    key: Dict[str, Any]
    translations: int
    characters: int
    used: int


class TranslationCache:
    """A database of translations, by model, revision, settings, languages and text. Any number of processes may use it
    at the same time. It is opened for each use, so that it survives forks and threads.

    If it cannot be used (the disk is full, the file is damaged, there is no permission), a warning says so once, and
    translators go on without it.

    path (Optional[Path]): the file; by default, one in the user's cache directory.
    megabytes (Optional[int]): its largest size; by default, what the environment variable says, or 1000. With 0,
        nothing is kept and nothing found.
    """

    def __init__(self, path: Optional[Path] = None, megabytes: Optional[int] = None):
        self.path = path or cache_dir() / "translations.sqlite"
        self.megabytes = _megabytes() if megabytes is None else megabytes
        self._failed = False

    def get(self, key: Dict[str, Any], texts: Iterable[str]) -> Dict[str, Translation]:
        """Find translations.

        key (Dict[str, Any]): what tells translators apart, as JSON.
        texts (Iterable[str]): the texts.
        RETURNS (Dict[str, Translation]): the translation of each text that has one.
        """
        found: Dict[str, Translation] = {}
        if not self.megabytes or self._failed or not self.path.exists():
            return found
        with self._surviving(), self._open() as database:
            model = _find_model(database, key)
            today = int(time.time()) // DAY
            old = []
            for text in texts if model is not None else ():
                query = "SELECT target, flags, used FROM translations WHERE model = ? AND source = ?"
                for target, flags, used in database.execute(query, (model, text)):
                    found[text] = Translation(target, tuple(json.loads(flags)))
                    old += [(today, model, text)] if used != today else []
            if old:
                database.executemany("UPDATE translations SET used = ? WHERE model = ? AND source = ?", old)
        return found

    def put(self, key: Dict[str, Any], translations: Dict[str, Translation]) -> None:
        """Keep translations. If the cache is full, those that were not used for longest are removed.

        key (Dict[str, Any]): what tells translators apart, as JSON.
        translations (Dict[str, Translation]): the translation of each text.
        """
        if not self.megabytes or self._failed or not translations:
            return
        with self._surviving():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as database:
                database.execute("INSERT OR IGNORE INTO models (key) VALUES (?)", (_dump(key),))
                model, today = _find_model(database, key), int(time.time()) // DAY
                rows = [(model, text, t.text, json.dumps(t.flags), today) for text, t in translations.items()]
                database.executemany("INSERT OR REPLACE INTO translations VALUES (?, ?, ?, ?, ?)", rows)
                _shrink(database, self.megabytes * 1_000_000)

    def models(self) -> List[CachedModel]:
        """List the translators whose translations there are. RAISES (XprojError): if the file cannot be read."""
        with self._reporting() as database:
            query = """SELECT id, key, count(*), sum(length(source) + length(target)), max(used)
                       FROM models JOIN translations ON id = model GROUP BY id ORDER BY id"""
            return [CachedModel(i, json.loads(key), *rest) for i, key, *rest in database.execute(query)]

    def size(self) -> int:
        """The bytes that it takes."""
        return sum(path.stat().st_size for path in self.path.parent.glob(f"{self.path.name}*"))

    def prune(self, days: Optional[int] = None, megabytes: Optional[int] = None, model: Optional[int] = None) -> int:
        """Remove translations and give the room back.

        days (Optional[int]): remove those that were not used for as many days.
        megabytes (Optional[int]): then those that were not used for longest, until the rest takes no more.
        model (Optional[int]): remove those of a translator, by its number.
        RETURNS (int): how many were removed.
        RAISES (XprojError): if the file cannot be written.
        """
        with self._reporting() as database:
            before = _count(database)
            if model is not None:
                database.execute("DELETE FROM translations WHERE model = ?", (model,))
            if days is not None:
                database.execute("DELETE FROM translations WHERE used <= ?", (int(time.time()) // DAY - days,))
            if megabytes is not None:
                _shrink(database, megabytes * 1_000_000)
            removed = before - _count(database)
            database.execute("DELETE FROM models WHERE id NOT IN (SELECT model FROM translations)")
            database.commit()
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return removed

    def export(self, model: int) -> Iterator[Tuple[str, str]]:
        """Go through the translations of a translator.

        model (int): its number.
        YIELDS (Tuple[str, str]): each text and its translation, in the order of the texts.
        RAISES (XprojError): if the file cannot be read.
        """
        with self._reporting() as database:
            query = "SELECT source, target FROM translations WHERE model = ? ORDER BY source"
            yield from database.execute(query, (model,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the database, and write what was changed."""
        with closing(sqlite3.connect(self.path, timeout=60)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.executescript(SCHEMA)
            with database:
                yield database

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:  # what is no JSON of ours is damaged, too
            self._failed = True
            remedy = "remove the file if it is damaged"
            warnings.warn(f"{self.path}: translations are not kept ({error}); {remedy}", stacklevel=4)

    @contextmanager
    def _reporting(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            raise XprojError(f"{self.path}: no translations have been kept yet")
        try:
            with self._open() as database:
                yield database
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise XprojError(f"{self.path}: cannot be used ({error}); remove the file if it is damaged") from None


def _dump(key: Dict[str, Any]) -> str:
    return json.dumps({**key, "format": FORMAT}, sort_keys=True, ensure_ascii=False)


def _find_model(database: sqlite3.Connection, key: Dict[str, Any]) -> Optional[int]:
    row = database.execute("SELECT id FROM models WHERE key = ?", (_dump(key),)).fetchone()
    return row and row[0]


def _count(database: sqlite3.Connection) -> int:
    return database.execute("SELECT count(*) FROM translations").fetchone()[0]


def _shrink(database: sqlite3.Connection, limit: int) -> None:
    """Remove what was not used for longest, until the pages in use take no more bytes than the limit."""
    size = """SELECT (page_count - freelist_count) * page_size
              FROM pragma_page_count, pragma_freelist_count, pragma_page_size"""
    while database.execute(size).fetchone()[0] > limit:
        count = _count(database)
        if not count:
            return
        oldest = "SELECT model, source FROM translations ORDER BY used LIMIT ?"
        rows = database.execute(oldest, (int(count * SHARE) + 1,)).fetchall()
        database.executemany("DELETE FROM translations WHERE model = ? AND source = ?", rows)


def _megabytes() -> int:
    value = os.environ.get(VARIABLE, str(MEGABYTES))
    if not value.isdigit():
        raise XprojError(f"{VARIABLE} is '{value}': give a whole number of megabytes, or 0 to keep no translations")
    return int(value)
