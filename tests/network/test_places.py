"""Places: what a written name means."""

from __future__ import annotations

import pickle

import pytest

from sim.errors import Finding, InputError, Mark
from sim.network.places import Place, PlaceTable

YOUYU = Place("youyu", "右玉县", 112.46, 39.99, ("右玉", "新城镇"), "山西省/朔州市/右玉县", 88212, "county")
HUAIREN = Place("huairen", "怀仁市", 113.10, 39.83, ("怀仁县", "云中镇"), "山西省/朔州市/怀仁市", 348470, "county")
XINCHENG = Place("xincheng", "新城镇", 111.0, 40.0, ("新城",), "内蒙古自治区/呼和浩特市/清水河县", None, "township")
TABLE = PlaceTable([YOUYU, HUAIREN, XINCHENG])


@pytest.mark.parametrize("name", ["youyu", "YOUYU", "右玉县", "右玉", " 右玉县 ", "右玉 县", "\uff39\uff2f\uff35\uff39\uff35"])
def test_id_name_and_alias_find_a_place(name: str) -> None:
    """Id, name, alias, also with spaces, capitals or full-width letters, find the one place."""
    assert TABLE.find(name) == [YOUYU]


def test_a_name_of_two_places_finds_both_and_the_region_decides() -> None:
    """新城镇 is two places: both are given; each way of naming the region finds the right one; a wrong region none."""
    assert TABLE.find("新城镇") == [YOUYU, XINCHENG]
    for name in ("右玉县/新城镇", "右玉/新城镇", "朔州市/右玉县/新城镇", "山西省/新城镇"):
        assert TABLE.find(name) == [YOUYU]
    assert TABLE.find("清水河/新城镇") == [XINCHENG]
    assert TABLE.find("怀仁市/新城镇") == []
    assert TABLE.find("右玉县/朔州市/新城镇") == []


def test_one_reports_a_shared_name_with_the_ids() -> None:
    """The finding for a shared name carries the line and names both ids as the remedy; the id then passes."""
    found = TABLE.one("新城镇", Mark("x.yaml", 7))
    assert isinstance(found, Finding)
    assert found.code == "shared-name"
    assert str(found.where) == "x.yaml:7"
    assert "youyu" in found.remedy.zh
    assert "xincheng" in found.remedy.en
    assert TABLE.one("xincheng") is XINCHENG


def test_one_reports_a_mistyped_name_with_the_nearest() -> None:
    """A mistyped Chinese name gives the nearest one; the right name passes."""
    found = TABLE.one("右语县")
    assert isinstance(found, Finding)
    assert found.code == "unknown-place"
    assert "右玉县" in found.remedy.zh
    assert TABLE.nearest_names("怀人市")[0] == "怀仁市"
    assert TABLE.one("右玉县") is YOUYU


def test_two_places_with_one_id_are_refused() -> None:
    """The same id twice is a finding; with another id the table is made."""
    with pytest.raises(InputError) as caught:
        PlaceTable([YOUYU, Place("youyu", "别处", 1, 2)])
    assert [f.code for f in caught.value.findings] == ["duplicate-id"]
    assert len(PlaceTable([YOUYU, Place("other", "别处", 1, 2)])) == 2


def test_a_table_cannot_be_written_and_survives_pickling() -> None:
    """The map of ids is read-only, places are frozen, and a pickled table finds the same."""
    with pytest.raises(TypeError):
        TABLE.by_id["x"] = YOUYU  # type: ignore[index]
    with pytest.raises(AttributeError):
        YOUYU.name = "x"  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(TABLE))
    assert again.find("怀仁县") == [HUAIREN]
    assert list(again) == list(TABLE)
