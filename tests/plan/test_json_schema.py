"""The JSON Schema that is shipped is the one that the models make, and it knows good plans from bad ones."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest
from ruamel.yaml import YAML

from codemods.plan.json_schema import dumps
from tests.plan.test_load import FULL, MINIMAL


def test_the_shipped_schema_is_current() -> None:
    shipped = files("codemods.plan").joinpath("plan.schema.json").read_text(encoding="utf-8")
    assert shipped == dumps(), "run `codemods schema > codemods/plan/plan.schema.json`"


@pytest.mark.parametrize("text", [FULL, MINIMAL])
def test_it_accepts_plans(text: str) -> None:
    jsonschema.validate(YAML(typ="safe").load(text), json.loads(dumps()))


def test_it_refuses_unknown_keys() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(YAML(typ="safe").load(MINIMAL + "rewrites: []\n"), json.loads(dumps()))
