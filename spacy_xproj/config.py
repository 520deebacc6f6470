"""Sections of a config whose settings are plain values."""

from typing import Any, Dict, Type, TypeVar

from pydantic import BaseModel, ValidationError

from .errors import XprojError

Section = TypeVar("Section", bound=BaseModel)


def read_section(model: Type[Section], values: Dict[str, Any], name: str) -> Section:
    """Check a section of a config.

    model (Type[Section]): the settings that it has.
    values (Dict[str, Any]): the section.
    name (str): its name, for messages.
    RETURNS (Section): the settings.
    RAISES (XprojError): where a setting is missing or unknown, or has a wrong value.
    """
    try:
        return model(**values)
    except ValidationError as error:
        reasons = "; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors())
        raise XprojError(f"[{name}] {reasons}; settings are {', '.join(model.__annotations__)}") from None
