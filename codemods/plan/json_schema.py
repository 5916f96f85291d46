"""The JSON Schema of a plan, generated from the models, for editors and other checkers."""

from __future__ import annotations

import json
from typing import Any

from codemods.plan.schema import Plan


def json_schema() -> dict[str, Any]:
    """The schema, by the keys that a plan uses."""
    schema = Plan.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Codemods plan"}


def dumps() -> str:
    """The schema as the committed text."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
