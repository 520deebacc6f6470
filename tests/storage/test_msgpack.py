"""Hooks are looked up once, and again if somebody registers one."""

import catalogue
import srsly
from srsly.msgpack import msgpack_decoders, msgpack_encoders

import spacy_xproj.corpora.docbin  # noqa: F401  (it asks for that)


def test_hooks_are_looked_up_once(monkeypatch):
    searched = []
    for registry in (msgpack_encoders, msgpack_decoders):
        monkeypatch.setattr(registry, "get_entry_points", lambda: searched.append(1) or {})
    for number in range(3):
        assert srsly.msgpack_loads(srsly.msgpack_dumps({"number": number})) == {"number": number}
    assert len(searched) <= 2


def test_what_is_registered_later_counts():
    class Name:
        pass

    def encode(thing, chain=None):
        return "a name" if isinstance(thing, Name) else thing if chain is None else chain(thing)

    before = set(msgpack_encoders.get_all())
    msgpack_encoders.register("test_name", func=encode)
    try:
        assert set(msgpack_encoders.get_all()) == {*before, "test_name"}
        assert srsly.msgpack_loads(srsly.msgpack_dumps([Name()])) == ["a name"]
    finally:
        catalogue.REGISTRY.pop((*msgpack_encoders.namespace, "test_name"))
    assert set(msgpack_encoders.get_all()) == before
