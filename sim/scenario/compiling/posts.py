"""Regions, authorities and duty desks, and the calls between them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.errors import Words
from sim.scenario.command import ANYWHERE, Link, Post, Region
from sim.scenario.schema.command import Contact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.quantities import Quantity
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.places import Sites
    from sim.scenario.frozen import Ticks
    from sim.scenario.schema.command import Link as LinkEntry
    from sim.scenario.schema.command import Signatory

AUTHORITY, REGION = Words("authority", "指挥机构"), Words("region", "行政区")
Steps = tuple[str | int, ...]
_TRIES = 2


class Posts:
    """Finds and numbers posts: authorities as written, and the desk of each group of teams."""

    def __init__(self, context: Context, sites: Sites) -> None:
        self.context = context
        self.regions = self._regions()
        self.posts: list[Post] = []
        self._number: dict[str, int] = {}
        self._contacts: dict[int, Contact] = {}
        """How each authority is usually reached."""
        region_of = {region.id: number for number, region in enumerate(self.regions)}
        for position, entry in enumerate(context.file.authorities):
            path = ("authorities", position)
            place = ANYWHERE
            if entry.place is not None:
                found = sites.find(entry.place, entry.name or entry.id, *path, "place")
                place = ANYWHERE if found is None else found
            region = ANYWHERE
            if entry.region is not None:
                region = self.region(entry.region, *path, "region")
            self._contacts[len(self.posts)] = entry
            self._add(Post(entry.id, entry.name or entry.id, region, place, entry.desks, entry.people))
        self.regions_by_id = region_of

    def _regions(self) -> list[Region]:
        context = self.context
        ids = {entry.id: number for number, entry in enumerate(context.file.regions)}
        found = []
        for position, entry in enumerate(context.file.regions):
            parent = ANYWHERE
            if entry.parent is not None and entry.parent not in ids:
                context.unknown(REGION, entry.parent, ids, "regions", position, "parent")
            elif entry.parent is not None:
                parent = ids[entry.parent]
            found.append(Region(entry.id, entry.name or entry.id, parent))
        for position, region in enumerate(found):
            seen = {position}
            while region.parent >= 0 and region.parent not in seen:
                seen.add(region.parent)
                region = found[region.parent]  # noqa: PLW2901  (walking up)
            if region.parent in seen:
                what = Words(f"region '{found[position].id}' lies in itself", f"行政区“{found[position].id}”的上级绕回了自己")
                context.add("circle", what, Words("correct 'parent'", "请改正“上级”"), "regions", position, "parent")
                return [Region(entry.id, entry.name, ANYWHERE) for entry in found]
        return found

    def region(self, name: str, *path: str | int) -> int:
        """Return the number of a region; a finding is added when there is none."""
        for number, region in enumerate(self.regions):
            if name in (region.id, region.name):
                return number
        self.context.unknown(REGION, name, [region.id for region in self.regions], *path)
        return ANYWHERE

    def province(self, region: int) -> int:
        """Return the topmost region that a region lies in."""
        while region >= 0 and self.regions[region].parent >= 0:
            region = self.regions[region].parent
        return region

    def covers(self, government: str, post: int) -> bool:
        """Tell whether a post sits in the region of a government or below; where that is not known, yes."""
        number = self._number.get(government.strip())
        if number is None or post < 0 or self.posts[number].region < 0:
            return True
        region = self.posts[post].region
        while region not in (self.posts[number].region, ANYWHERE):
            region = self.regions[region].parent
        return region >= 0 or self.posts[post].region < 0

    def _add(self, post: Post) -> int:
        number = self._number.setdefault(post.id, len(self.posts))
        if number == len(self.posts):
            self.posts.append(post)
            self._number.setdefault(post.name, number)
        return number

    def desk(self, group: str, name: str, place: int) -> int:
        """Return the duty desk of a group of teams."""
        return self._add(Post(group, name, ANYWHERE, place, 0))

    def find(self, name: str, *path: str | int) -> int:
        """Return the number of a post by its id or name; a finding is added when there is none."""
        found = self._number.get(name.strip())
        if found is None:
            self.context.unknown(AUTHORITY, name, self._number, *path)
            return ANYWHERE
        return found

    def name_of(self, name: str) -> str:
        """Return the name under which a post is shown, or what was written."""
        number = self._number.get(name.strip())
        return name if number is None else self.posts[number].name

    @property
    def names(self) -> dict[str, str]:
        """Return id and name of each authority → its id."""
        return {name: self.posts[number].id for name, number in self._number.items()}

    def link(self, entry: LinkEntry, post: int, path: Steps) -> Link:
        """Compile one call."""
        found = self._call(entry, self.context.ticks(entry.time), self._contacts.get(post), post)
        found = replace(found, refuses=entry.refuses.planned)
        self._can_be_reached(found, self.posts[post].name if post >= 0 else "?", path)
        return found

    def call(
        self, entry: Contact, time: Quantity | None, post: int, path: Steps, *, usual: Contact | None = None, refuses: float = 0.0
    ) -> Link:
        """Compile one call of a release of supplies; what its entry does not say is as in `usual`, then as for the post."""
        kept = entry
        if usual is not None:
            names = Contact.model_fields
            kept = Contact(**{name: getattr(entry, name) or getattr(usual, name) for name in names})
        found = self._call(kept, self.context.ticks(time), self._contacts.get(post), post)
        found = replace(found, refuses=refuses)
        self._can_be_reached(found, self.posts[post].name if post >= 0 else "?", path)
        return found

    def signatory(self, entry: Signatory, post: int, path: Steps) -> Link:
        """Compile how a signatory is found."""
        found = self._call(entry, self.context.ticks(entry.find), None, post)
        self._can_be_reached(found, entry.name, path)
        return found

    def _call(self, entry: Contact, time: Ticks, usual: Contact | None, post: int) -> Link:
        """Return a call; what its entry does not say is as usual for the post."""
        ticks = self.context.ticks
        given: dict[str, Any] = {}
        for name in ("no_answer", "tries", "again", "second", "by_road"):
            own = getattr(entry, name)
            given[name] = own if own is not None or usual is None else getattr(usual, name)
        again, second, by_road = given["again"], given["second"], given["by_road"]
        return Link(
            post, time, 0.0 if given["no_answer"] is None else given["no_answer"].planned, given["tries"] or _TRIES,
            None if again is None else ticks(again), None if second is None else ticks(second.time),
            0.0 if second is None else second.no_answer.planned, None if by_road is None else ticks(by_road),
        )  # fmt: skip

    def _can_be_reached(self, link: Link, name: str, path: Steps) -> None:
        """Check that a call can ever succeed."""
        second = link.second is not None and link.second_no_answer < 1.0
        if link.no_answer >= 1.0 and not second and link.by_road is None:
            what = Words(f"'{name}' can never be reached", f"“{name}”永远联系不上")
            remedy = Words("lower 'no_answer', or write a second contact or by_road", "降低“无应答”,或写 B角、驱车")
            self.context.add("never-reached", what, remedy, *path)
        if link.refuses >= 1.0:
            what = Words(f"'{name}' always declines, so nobody can approve", f"“{name}”总是不同意,没有人能批准")
            self.context.add("never-approved", what, Words("lower 'refuses'", "降低“不同意”"), *path, "refuses")

    def chain(self, entries: Sequence[LinkEntry], path: Steps, first: str | None = None) -> tuple[int, tuple[Link, ...]]:
        """Compile calls one after the other: who begins, and the links. Gaps and circles are findings.

        Parameters
        ----------
        first
            Who begins where the first link does not say.
        """
        context = self.context
        begin = entries[0].caller or first
        asks = ANYWHERE if begin is None else self.find(begin, *path, 0, "caller" if entries[0].caller else "to")
        links, before, seen = [], asks, [asks]
        for position, entry in enumerate(entries):
            here = (*path, position)
            if position and entry.caller is not None and self.find(entry.caller, *here, "caller") != before:
                name = self.posts[before].name if before >= 0 else "?"
                what = Words(
                    f"the chain has a gap: it has reached '{name}', but '{entry.caller}' calls next",
                    f"链条断开:上一环到“{name}”,下一环却从“{entry.caller}”开始",
                )
                context.add(
                    "gap", what, Words(f"let '{name}' call, or add the link between", f"改为从“{name}”呼叫,或补上中间一环"), *here
                )
            post = self.find(entry.to, *here, "to")
            if post >= 0 and post in seen:
                what = Words(f"'{entry.to}' comes twice in the chain", f"“{entry.to}”在链条中出现两次")
                context.add("circle", what, Words("take one of the two out", "去掉其中之一"), *here, "to")
            seen.append(post)
            links.append(self.link(entry, post, here))
            before = post
        return asks, tuple(links)
