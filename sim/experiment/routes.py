"""Routes driven, for maps: ``routes.parquet``, one row for each distinct route of the first replication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.events import PARQUET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.run import Drive
    from sim.scenario.frozen import Scenario

MOST_ROUTES = 2_000
MOST_POINTS = 1_000_000
"""What is kept of a long campaign: its first routes, up to so many and so many points."""


def routes_file(scenario: Scenario, drives: Sequence[Drive]) -> bytes:
    """Return the bytes of ``routes.parquet``.

    Columns: `route`; `origin` (site, null when it begins on the road) and `target` (site); `measured`; `duration` (ms);
    `lon`, `lat` (x, y on a projected network) and `ms` since departure, point by point; and, drive by drive, `missions`,
    `teams`, `seqs` (row of the log that begins the drive) and `departs` (ms).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    groups = _distinct(drives)
    sites = {scenario.travel.spot(number): site.id for number, site in reversed(list(enumerate(scenario.sites)))}
    ways = _ways(scenario, [group[0] for group in groups])
    groups = groups[: len(ways)]
    trips = [group[0].trip for group in groups]
    table = pa.table({
        "route": pa.array(range(len(groups)), "int32"),
        "origin": pa.array([sites.get(trip.origin) for trip in trips], "string"),
        "target": pa.array([scenario.sites[trip.target].id for trip in trips], "string"),
        "measured": pa.array([trip.measured for trip in trips], "bool"),
        "duration": pa.array([trip.duration for trip in trips], "int64"),
        "lon": pa.array([way.xy[:, 0] for way in ways], pa.list_(pa.float64())),
        "lat": pa.array([way.xy[:, 1] for way in ways], pa.list_(pa.float64())),
        "ms": pa.array([way.ms for way in ways], pa.list_(pa.int64())),
        "missions": pa.array([[drive.mission for drive in group] for group in groups], pa.list_(pa.int32())),
        "teams": pa.array([[scenario.teams[drive.team].id for drive in group] for group in groups], pa.list_(pa.string())),
        "seqs": pa.array([[drive.row for drive in group] for group in groups], pa.list_(pa.int32())),
        "departs": pa.array([[drive.trip.departs for drive in group] for group in groups], pa.list_(pa.int64())),
    })  # fmt: skip
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **PARQUET)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _distinct(drives: Sequence[Drive]) -> list[list[Drive]]:
    """Group drives by route, in the order in which routes are first driven."""
    groups: dict[tuple[object, ...], list[Drive]] = {}
    for drive in drives:
        trip = drive.trip
        key = (trip.origin, trip.target, trip.profile, trip.state, trip.duration)
        if key in groups:
            groups[key].append(drive)
        elif len(groups) < MOST_ROUTES:
            groups[key] = [drive]
    return list(groups.values())


def _ways(scenario: Scenario, drives: Sequence[Drive]) -> list[Any]:
    ways: list[Any] = []
    points = 0
    for drive in drives:
        way = scenario.travel.route(drive.trip)
        points += len(way.ms)
        if points > MOST_POINTS:
            break
        ways.append(way)
    return ways

