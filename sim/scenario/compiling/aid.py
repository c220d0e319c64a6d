"""Agreements, channels and lenders of mutual aid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.errors import Words
from sim.scenario.command import Agreement, Channel, Convoy, Floor, Lender

if TYPE_CHECKING:
    from sim.scenario.command import Standard
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.forces import Forces
    from sim.scenario.compiling.posts import Posts, Steps
    from sim.scenario.schema.command import Convoy as ConvoyEntry
    from sim.scenario.schema.command import Floor as FloorEntry
    from sim.scenario.schema.command import Lender as LenderEntry

AGREEMENT, CHANNEL, LENDER = Words("agreement", "协议"), Words("channel", "增援通道"), Words("lender", "支援方")
STANDARD = Words("standard of cover", "守备标准")
OUTSIDE = ("outside", "外援", "省外")
"""Words for every lender."""


class MutualAid:
    """Agreements, channels and lenders, compiled; teams learn which lender they belong to."""

    def __init__(self, context: Context, posts: Posts, forces: Forces, standards: dict[str, Standard]) -> None:
        self.context, self.posts, self.forces, self.standards = context, posts, forces, standards
        self.agreements = self._agreements()
        self.channels = self._channels()
        self.lenders: list[Lender] = []
        self._number: dict[str, int] = {}
        for position, entry in enumerate(context.file.lenders):
            self._lender(entry, ("lenders", position))

    def _agreements(self) -> list[Agreement]:
        found = []
        for position, entry in enumerate(self.context.file.agreements):
            path = ("agreements", position)
            parties = tuple(party.strip() for party in entry.parties)
            if len(set(parties)) < len(parties):
                twice = next(party for party in parties if parties.count(party) > 1)
                what = Words(f"'{twice}' signs with itself", f"“{twice}”与自己签了协议")
                self.context.add("own-party", what, Words("name the other party", "请写另一方"), *path, "parties")
            found.append(Agreement(
                entry.id, entry.name or entry.id, str(entry.kind), parties, frozenset(entry.incident_types), entry.most,
                0 if entry.lasts is None else round(entry.lasts.planned),
            ))  # fmt: skip
            for number, kind in enumerate(entry.incident_types):
                if kind not in self.context.file.incident_types:
                    self.context.unknown(
                        Words("incident type", "事件类型"),
                        kind,
                        self.context.file.incident_types,
                        *path,
                        "incident_types",
                        number,
                    )
        return found

    def agreement(self, name: str | None, *path: str | int) -> int:
        """Return the number of an agreement; a finding is added when there is none."""
        if name is None:
            return -1
        ids = [agreement.id for agreement in self.agreements]
        if name not in ids:
            self.context.unknown(AGREEMENT, name, ids, *path)
            return -1
        return ids.index(name)

    def _channels(self) -> dict[str, Channel]:
        found: dict[str, Channel] = {}
        known = self._forces_named()
        for position, entry in enumerate(self.context.file.channels):
            path: Steps = ("channels", position)
            asks, links = self.posts.chain(entry.links, (*path, "links"))
            if asks < 0 and entry.links[0].caller is None:
                what = Words(f"nobody begins the channel '{entry.id}'", f"通道“{entry.id}”没有写由谁开始")
                self.context.add("gap", what, Words("write 'caller' in its first link", "在第一环写“从”"), *path, "links", 0)
            for number, name in enumerate(entry.excluded):
                if name not in known:
                    self.context.unknown(
                        Words("team type, owner or capability", "队伍类型、隶属或能力"), name, known, *path, "excluded", number
                    )
            notify = tuple(self.posts.find(name, *path, "notify", number) for number, name in enumerate(entry.notify))
            found[entry.id] = Channel(
                len(found), entry.id, entry.name or entry.id, asks, links, notify, frozenset(entry.excluded),
                self.agreement(entry.agreement, *path, "agreement"),
            )  # fmt: skip
        return found

    def _forces_named(self) -> set[str]:
        teams = self.forces.teams
        return {
            *self.forces.capabilities, *(team.kind for team in teams), *(team.owner for team in teams),
            *self.context.file.team_types,
        } - {""}  # fmt: skip

    def _lender(self, entry: LenderEntry, path: Steps) -> None:
        context, index = self.context, len(self.lenders)
        teams = [
            team for position, name in enumerate(entry.teams) for team in self.forces.numbers(name, *path, "teams", position)
        ]
        channels = []
        named = ([] if entry.channel is None else [(entry.channel, (*path, "channel"))]) + [
            (name, (*path, "channels", position)) for position, name in enumerate(entry.channels)
        ]
        if not named:
            what = Words(f"no channel reaches the lender '{entry.id}'", f"没有通道能联系到支援方“{entry.id}”")
            context.add("no-channel", what, Words("write channel: …", "请写 通道: …"), *path)
        for name, where in named:
            channel = self.channels.get(name)
            if channel is None:
                context.unknown(CHANNEL, name, self.channels, *where)
            else:
                channels.append(channel.index)
                self._ends_at(channel, teams, entry.id, where)
        for team in teams:
            if self.forces.teams[team].lender >= 0:
                what = Words(
                    f"team '{self.forces.teams[team].id}' belongs to two lenders",
                    f"队伍“{self.forces.teams[team].id}”属于两个支援方",
                )
                context.add("duplicate-id", what, Words("leave it to one of them", "只留给其中一个"), *path, "teams")
            self.forces.teams[team] = replace(self.forces.teams[team], lender=index)
        backfill = [
            team
            for position, name in enumerate(entry.backfill)
            for team in self.forces.numbers(name, *path, "backfill", position)
        ]
        floor = self._floor(entry.keeps, len(teams), (*path, "keeps"))
        self.lenders.append(Lender(
            index, entry.id, entry.name or entry.id, tuple(dict.fromkeys(teams)), tuple(channels), floor,
            self._convoy(entry.convoy, (*path, "convoy")), tuple(dict.fromkeys(backfill)),
        ))  # fmt: skip
        self._number.setdefault(entry.id, index)
        self._number.setdefault(entry.name or entry.id, index)

    def _ends_at(self, channel: Channel, teams: list[int], lender: str, where: Steps) -> None:
        """Check that the last post of a channel can send the lender's teams, and that nobody asks itself."""
        last = channel.links[-1].post
        if last < 0 or not teams:
            return
        if channel.asks == last:
            what = Words(f"'{lender}' is asked by itself", f"“{lender}”在向自己请求增援")
            self.context.add("own-party", what, Words("choose another channel", "换一条通道"), *where)
        for team in (self.forces.teams[number] for number in teams):
            if last != team.desk and last not in team.ordered_by:
                post = self.posts.posts[last].name
                what = Words(
                    f"channel '{channel.id}' ends at '{post}', which cannot send team '{team.id}': nobody approves it",
                    f"通道“{channel.id}”止于“{post}”,它无权派出“{team.id}”,等于没有人能批准",
                )
                remedy = Words(
                    "end at the team, or at an authority in its ordered_by", "最后一环写到该队,或写到可直接命令它的机构"
                )
                self.context.add("nobody-approves", what, remedy, *where)
                return

    def _floor(self, entry: FloorEntry, teams: int, path: Steps) -> Floor:
        context = self.context
        if entry.teams > teams > 0:
            what = Words(
                f"{entry.teams} teams must stay, but the lender has only {teams}", f"要留 {entry.teams} 支,支援方只有 {teams} 支"
            )
            context.add("floor-too-high", what, Words("lower the floor", "请降低留守底线"), *path, "teams")
        if entry.standard is None:
            return Floor(entry.teams)
        standard = self.standards.get(entry.standard)
        if standard is None:
            context.unknown(STANDARD, entry.standard, self.standards, *path, "standard")
            return Floor(entry.teams)
        share = 1.0 if entry.share is None else entry.share.planned
        return Floor(entry.teams, standard.sites, standard.weights, standard.capability, standard.within, share)

    def _convoy(self, entry: ConvoyEntry, path: Steps) -> Convoy:
        stops = []
        for cause, stop in (("rest", entry.rest), ("fuel", entry.fuel)):
            if stop is not None and stop.every.planned > 0:
                stops.append((round(stop.every.planned), round(stop.lasts.planned), cause))
            elif stop is not None:
                what = Words("a stop after no driving at all never ends", "行驶 0 时间就停,永远走不完")
                self.context.add("out-of-range", what, Words("write for example 4 h", "例如写 4 h"), *path, cause, "every")
        vehicle = entry.vehicle or ""
        if vehicle and vehicle not in self.forces.speeds.vehicles:
            try:
                vehicle = self.forces.speeds.vehicle(vehicle).name
            except Exception as error:  # noqa: BLE001  (an InputError with findings)
                self.context.take(error, *path, "vehicle")  # type: ignore[arg-type]
                vehicle = ""
        return Convoy(entry.together, vehicle, tuple(stops))

    def named(self, names: list[str], *path: str | int) -> tuple[int, ...]:
        """Return the lenders that a need line names."""
        found: list[int] = []
        for position, name in enumerate(names):
            if name in OUTSIDE:
                found += range(len(self.lenders))
            elif name in self._number:
                found.append(self._number[name])
            else:
                self.context.unknown(LENDER, name, self._number, *path, position)
        if names and not self.lenders:
            what = Words("help is wanted from outside, but there are no lenders", "要请外援,但没有写支援方")
            self.context.add("no-lender", what, Words("write lenders: […]", "请写 支援方: […]"), *path)
        return tuple(dict.fromkeys(found))
