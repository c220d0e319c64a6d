"""Named places: townships, county seats, mines, and how a name that a planner writes is found among them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from sim.errors import Finding, InputError, Mark, Words, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_REGION_ENDINGS = ("省", "自治区", "市", "县", "区", "旗", "盟")
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A named point.

    Parameters
    ----------
    id
        Unique name in plain letters, such as ``youyu-xian``.
    name
        The usual name, as shown in reports.
    lon, lat
        WGS-84 degrees, or metres east and north on a projected network.
    aliases
        Other names under which it is found.
    region
        Path from the province down, such as ``山西省/朔州市/右玉县``; empty when unknown.
    population
        People; None when unknown.
    kind
        What it is: ``county``, ``township``, ``mine`` …
    source
        Where the facts are from.
    """

    id: str
    name: str
    lon: float
    lat: float
    aliases: tuple[str, ...] = ()
    region: str = ""
    population: int | None = None
    kind: str = ""
    source: str = ""


class PlaceTable:
    """All places of a network, found by id, name or alias.

    Raises
    ------
    InputError
        If two places have the same id.
    """

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self.places: tuple[Place, ...] = tuple(places)
        by_id: dict[str, Place] = {}
        findings = [_same_id(place) for place in self.places if by_id.setdefault(place.id, place) is not place]
        if findings:
            raise InputError(findings)
        self.by_id: Mapping[str, Place] = MappingProxyType(by_id)

    def __iter__(self) -> Iterator[Place]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __getstate__(self) -> tuple[Place, ...]:
        """Keep the places only; a read-only map cannot be pickled, and the index is soon rebuilt."""
        return self.places

    def __setstate__(self, places: tuple[Place, ...]) -> None:
        self.__init__(places)  # type: ignore[misc]

    @cached_property
    def _by_name(self) -> dict[str, list[Place]]:
        index: dict[str, list[Place]] = {}
        for place in self.places:
            for name in dict.fromkeys(plain(name) for name in (place.name, *place.aliases)):
                index.setdefault(name, []).append(place)
        return index

    @cached_property
    def _ids(self) -> dict[str, Place]:
        return {plain(place.id): place for place in self.places}

    def find(self, name: str) -> list[Place]:
        """Return the places that `name` may mean.

        Parameters
        ----------
        name
            An id, a name, an alias, or one of these behind a region: ``右玉县/新城镇``, ``朔州市/右玉县/新城镇``.

        Returns
        -------
        list of Place
            Empty when there is none. An id finds its one place; a name that several places share finds all of them.
        """
        wanted = plain(name)
        if wanted in self._ids:
            return [self._ids[wanted]]
        if (found := self._by_name.get(wanted)) is not None:
            return list(found)
        region, _, last = wanted.rpartition("/")
        if not region:
            return []
        return [place for place in self.find(last) if _inside(region, place.region)]

    def nearest_names(self, name: str, count: int = 3) -> list[str]:
        """Return up to `count` names, aliases or ids that look most like `name`, best first."""
        last = plain(name).rpartition("/")[2]
        spelled = {plain(n): n for place in self.places for n in (place.id, *place.aliases, place.name)}
        return [spelled[key] for key in nearest(last, spelled, count)]

    def one(self, name: str, where: Mark | None = None) -> Place | Finding:
        """Return the one place that `name` means, or the finding that says why there is not exactly one."""
        found = self.find(name)
        if len(found) == 1:
            return found[0]
        return _shared(name, found, where) if found else self._unknown(name, where)

    def _unknown(self, name: str, where: Mark | None) -> Finding:
        close = self.nearest_names(name)
        remedy = Words(
            f"did you mean {', '.join(close)}? or write lon, lat"
            if close
            else "write lon, lat, or add it under places",
            f"是否想写:{'、'.join(close)}?也可直接写 经度, 纬度" if close else "请写 经度, 纬度,或写进“地点表”",
        )
        return Finding("unknown-place", Words(f"no place is called '{name}'", f"没有叫“{name}”的地点"), remedy, where)


def plain(name: str) -> str:
    """Return a name as it is compared: full-width forms narrowed, no spaces, small letters."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _inside(wanted: str, region: str) -> bool:
    """Tell whether the wanted regions stand in the place's path, in this order; endings such as 县 may be left out."""
    path = iter(plain(region).split("/"))
    return all(any(part in {segment, _bare(segment)} for segment in path) for part in wanted.split("/"))


def _bare(region: str) -> str:
    for ending in _REGION_ENDINGS:
        if region.endswith(ending) and len(region) > len(ending):
            return region.removesuffix(ending)
    return region


def _same_id(place: Place) -> Finding:
    return Finding(
        "duplicate-id",
        Words(f"the place id '{place.id}' is used twice", f"地点编号“{place.id}”用了两次"),
        Words("give each place an id of its own", "请给每个地点各自的编号"),
    )


def _shared(name: str, found: list[Place], where: Mark | None) -> Finding:
    ids = [f"{place.id} ({place.region or place.name})" for place in found[:_SHOWN]]
    more = " …" if len(found) > _SHOWN else ""
    return Finding(
        "shared-name",
        Words(f"{len(found)} places are called '{name}'", f"有 {len(found)} 个地点都叫“{name}”"),
        Words(
            f"write the id or region/name: {', '.join(ids)}{more}",
            f"请写编号或“行政区/地名”:{'、'.join(ids)}{more}",
        ),
        where,
    )
