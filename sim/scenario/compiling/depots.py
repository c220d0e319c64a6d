"""Depots, and the stores in them: what one owner has in one depot, and whose word releases it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from sim.errors import Words, did_you_mean
from sim.scenario.compiling.aid import CHANNEL
from sim.scenario.compiling.fleets import contract
from sim.scenario.compiling.goods import same_word
from sim.scenario.frozen import ZERO, ReadOnly
from sim.scenario.supplies import Depot, Lot, Step, Store
from sim.units import DAY, UNITS

if TYPE_CHECKING:
    from sim.scenario.command import Link
    from sim.scenario.compiling.aid import MutualAid
    from sim.scenario.compiling.context import Context
    from sim.scenario.compiling.fleets import Fleets
    from sim.scenario.compiling.goods import Goods
    from sim.scenario.compiling.places import Sites
    from sim.scenario.compiling.posts import Posts, Steps
    from sim.scenario.frozen import Ticks
    from sim.scenario.schema.command import Contact
    from sim.scenario.schema.supplies import Depot as DepotEntry
    from sim.scenario.schema.supplies import DepotStep, Stock
    from sim.scenario.supplies import StepKind

DEPOT, STORE = Words("depot", "储备库"), Words("depot or depot/owner", "储备库(或 储备库/权属)")
UNLIMITED = 1 << 60
"""Thousandths of what may be made without end."""
_ORDER: tuple[StepKind, ...] = ("order", "keeper", "trucks", "loading", "receiving")
"""Steps as they follow each other where the file does not say."""
_Release = tuple[str, bool, "tuple[Link, ...]", int, int]
"""Owner, usable, calls, channel, agreement: lots that share them are one store."""


@dataclass(slots=True)
class _Store:
    """A store while its lots are gathered."""

    lots: dict[int, list[Lot]] = field(default_factory=dict)
    keeps: dict[int, int] = field(default_factory=dict)
    makes: dict[int, tuple[Ticks, float, int]] = field(default_factory=dict)


class Depots:
    """Depots, compiled: their places and desks at once, what lies in them when channels and fleets are known."""

    def __init__(self, context: Context, sites: Sites, posts: Posts) -> None:
        self.context, self.sites, self.posts = context, sites, posts
        self.depots: list[Depot] = []
        self.stores: list[Store] = []
        self.sites_of: list[int | None] = []
        self.desks: list[int] = []
        """The desk of each depot: a channel may end there."""
        self._by_name: dict[str, list[int]] = {}
        """Depot id, depot/owner or store id → stores."""
        for position, entry in enumerate(context.file.depots):
            path = ("depots", position)
            site = sites.find(entry.place, entry.name or entry.id, *path, "place")
            self.sites_of.append(site)
            if site is not None:
                sites.name(entry.id, site, *path, "id")
            self.desks.append(posts.desk(entry.id, entry.name or entry.id, -1 if site is None else site))

    def fill(self, goods: Goods, fleets: Fleets, aid: MutualAid) -> None:
        """Compile what the depots hold."""
        self.goods, self.fleets, self.aid = goods, fleets, aid
        for position, entry in enumerate(self.context.file.depots):
            self._depot(position, entry)

    def named(self, name: str, *path: str | int) -> tuple[int, ...]:
        """Return the stores of a depot, of an owner in it (``depot/owner``), or of a store's id."""
        found = self._by_name.get(name.strip())
        if found is None:
            self.context.unknown(STORE, name, self._by_name, *path)
        elif not found:
            what = Words(f"nothing lies in '{name}'", f"“{name}”没有写库存")
            self.context.add("missing", what, Words("write its stock, if need be with quantity: 0", "请写库存,数量可为 0"), *path)
        return tuple(found or ())

    # --- depots ----------------------------------------------------------------------------------------------------

    def _depot(self, position: int, entry: DepotEntry) -> None:
        path: Steps = ("depots", position)
        region = -1 if entry.region is None else self.posts.region(entry.region, *path, "region")
        load_mass, load_units = self._loading(entry, path)
        site = self.sites_of[position]
        self.depots.append(Depot(
            position, entry.id, entry.name or entry.id, 0 if site is None else site, region, entry.space.planned,
            self._steps(position, entry, path), entry.bays, load_mass, load_units,
            self.fleets.named(entry.fleets, *path, "fleets"), entry.firm, entry.source,
        ))  # fmt: skip
        self._by_name.setdefault(entry.id, [])
        self._stores(position, entry, path)
        self._room(position, entry, path)

    def _loading(self, entry: DepotEntry, path: Steps) -> tuple[float, float]:
        """Return kg a ms, or thousandths of units a ms, of one bay."""
        stated = entry.loading
        if stated is None:
            return 0.0, 0.0
        self.goods.above_zero(stated, *path, "loading")
        if stated.unit in UNITS["mass"]:
            return stated.planned * UNITS["mass"][stated.unit], 0.0
        known = [unit for unit in dict.fromkeys(self.goods.units) if unit]
        if stated.unit and not any(same_word(stated.unit, unit) for unit in known):
            what = Words(f"no item has the unit '{stated.unit}'", f"没有哪种物资的单位是“{stated.unit}”")
            self.context.add("unknown-unit", what, did_you_mean(stated.unit, [*known, "t", "kg"]), *path, "loading")
        return 0.0, stated.planned * 1000

    def _steps(self, position: int, entry: DepotEntry, path: Steps) -> tuple[Step, ...]:
        """Return the steps as written; those that every release has, but are not written, where they belong."""
        found: list[Step] = []
        for number, step in enumerate(entry.steps):
            here, kind = (*path, "steps", number), cast("StepKind", str(step.step))
            if any(other.kind == kind for other in found):
                what = Words(f"the step '{kind}' comes twice", f"“{step.step.names()[kind]}”这一环节写了两次")
                self.context.add("duplicate-id", what, Words("keep one of the two", "请只保留一处"), *here)
                continue
            call = None
            if kind == "keeper" and (step.post is not None or _has_contact(step)):
                call = self.posts.call(step, step.time, self._post(step.post, position, *here, "post"), here)
            found.append(Step(kind, step.name, self.context.ticks(step.time), call))
        if found and any(step.kind == "receiving" for step in found[:-1]):
            what = Words("receiving comes last", "“接收分发”应在最后")
            self.context.add("bad-order", what, Words("put it at the end", "请移到最后"), *path, "steps")
        for kind in ("order", "trucks", "loading", "receiving"):
            if not any(step.kind == kind for step in found):
                before = _ORDER[: _ORDER.index(kind)]
                at = max((n + 1 for n, step in enumerate(found) if step.kind in before), default=0)
                found.insert(at, Step(kind, "", ZERO))
        return tuple(found)

    def _post(self, name: str | None, depot: int, *path: str | int) -> int:
        """Return the post that is called: as written, else the depot's own desk."""
        return self.desks[depot] if name is None else self.posts.find(name, *path)

    # --- stores ----------------------------------------------------------------------------------------------------

    def _stores(self, position: int, entry: DepotEntry, path: Steps) -> None:
        """Gather the lots of a depot into stores."""
        order = next((step for step in entry.steps if str(step.step) == "order"), None)
        found: dict[_Release, _Store] = {}
        for number, lot in enumerate(entry.stock):
            here = (*path, "stock", number)
            release = self._release(position, lot, order, here)
            self._lot(lot, found.setdefault(release, _Store()), here)
        owners = [owner for owner, *_ in found]
        taken = {store.id for store in self.stores}
        for (owner, usable, calls, channel, agreement), store in found.items():
            index = len(self.stores)
            own = f"{entry.id}/{owner}" if owner else entry.id
            name = entry.id if len(found) == 1 else own
            if len(found) > 1 and owners.count(owner) > 1:
                name = self._told_apart(own, calls, taken, usable=usable)
            taken.add(name)
            lots = {item: tuple(sorted(lots, key=_first_out)) for item, lots in store.lots.items()}
            self.stores.append(Store(
                index, name, f"{entry.name or entry.id} {owner}".strip(), position, owner, ReadOnly(lots), calls, channel,
                agreement, usable, ReadOnly(store.keeps) or None, ReadOnly(store.makes) or None,
            ))  # fmt: skip
            for known in dict.fromkeys((entry.id, own, name)):
                self._by_name.setdefault(known, []).append(index)

    def _told_apart(self, own: str, calls: tuple[Link, ...], taken: set[str], *, usable: bool) -> str:
        """Return the id of one of several stores of one owner: by who releases it, then by number."""
        if not usable and own not in taken:
            return f"{own}/untouched" if f"{own}/untouched" not in taken else f"{own}/untouched-2"
        base = f"{own}/{self.posts.posts[calls[-1].post].id}" if calls else own
        number, name = 1, base
        while name in taken:
            number += 1
            name = f"{base}-{number}"
        return name

    def _release(self, depot: int, lot: Stock, order: DepotStep | None, path: Steps) -> _Release:
        """Return what a lot shares with the others of its store."""
        agreement = contract(self.context, self.aid, lot.agreement, ("supply", "government"), (*path, "agreement"))
        if lot.channel is not None:
            calls, channel = self._by_channel(depot, lot, order, path)
            return lot.owner, lot.usable, calls, channel, agreement
        released_by = lot.released_by or (None if order is None else order.post)
        if released_by is None and not (_is_called(lot) or (order is not None and _is_called(order))):
            return lot.owner, lot.usable, (), -1, agreement
        where: Steps = (*path, "released_by")
        if lot.released_by is None and order is not None:
            where = ("depots", depot, "steps", self.context.file.depots[depot].steps.index(order), "post")
        post = self._post(released_by, depot, *where)
        time = lot.time if lot.time is not None else None if order is None else order.time
        usual = order if order is not None and lot.time is None else None
        call = self.posts.call(lot, time, post, path, usual=usual, refuses=lot.refuses.planned)
        return lot.owner, lot.usable, (call,), -1, agreement

    def _by_channel(self, depot: int, lot: Stock, order: DepotStep | None, path: Steps) -> tuple[tuple[Link, ...], int]:
        """Return the links of a channel of mutual aid, which must end at somebody who can release the lot."""
        channel = self.aid.channels.get(str(lot.channel))
        if channel is None:
            self.context.unknown(CHANNEL, str(lot.channel), self.aid.channels, *path, "channel")
            return (), -1
        if lot.time is not None:
            what = Words("the time of a channel is that of its links", "经通道请求的,用时就是通道各环节的用时")
            self.context.add("contradiction", what, Words("drop 'time' or 'channel'", "去掉“用时”或“通道”"), *path, "time")
        entry, posts = self.context.file.depots[depot], self.posts
        able = {self.desks[depot]}
        for name in (lot.released_by, None if order is None else order.post, *(step.post for step in entry.steps)):
            if name is not None:
                able.add(posts.find(name, *path, "released_by"))
        last = channel.links[-1].post
        if last >= 0 and last not in able and lot.owner not in (posts.posts[last].id, posts.posts[last].name):
            post = posts.posts[last].name
            what = Words(
                f"channel '{channel.id}' ends at '{post}', which cannot release what lies in '{entry.id}'",
                f"通道“{channel.id}”止于“{post}”,它无权动用“{entry.id}”的物资",
            )
            remedy = Words("end at the depot, or at who releases it", "最后一环写到该储备库,或写到其动用指令机构")
            self.context.add("nobody-approves", what, remedy, *path, "channel")
        return channel.links, channel.index

    def _lot(self, lot: Stock, store: _Store, path: Steps) -> None:
        """Add a lot to its store."""
        goods, item = self.goods, self.goods.item(lot.item, *path, "item")
        if lot.quantity is None and lot.makes is None:
            what = Words(f"'quantity' of '{lot.item}' is missing", f"没有写“{lot.item}”的数量")
            self.context.add("missing-key", what, Words("write quantity: …", "请写 数量: …"), *path)
        if item < 0:
            return
        amount = 0 if lot.quantity is None else goods.amount(lot.quantity, item, *path, "quantity")
        lots = store.lots.setdefault(item, [])
        expires = self._expires(lot, path)
        if amount:
            lots.append(Lot(amount, expires))
        if lot.keeps is not None:
            keeps = goods.amount(lot.keeps, item, *path, "keeps")
            if keeps > amount and lot.makes is None:
                what = Words("more is to stay than there is", "留底多于现有数量")
                self.context.add("floor-too-high", what, Words("lower 'keeps'", "请降低“留底”"), *path, "keeps")
            store.keeps[item] = store.keeps.get(item, 0) + keeps
        if lot.makes is not None:
            here = (*path, "makes")
            goods.above_zero(lot.makes.per_day, *here, "per_day")
            if item in store.makes:
                what = Words(f"what is made of '{lot.item}' is written twice", f"“{lot.item}”的产能写了两次")
                self.context.add("duplicate-id", what, Words("keep one of the two", "请只保留一处"), *here)
            per_ms = goods.amount(lot.makes.per_day, item, *here, "per_day") / DAY
            most = UNLIMITED if lot.makes.most is None else goods.amount(lot.makes.most, item, *here, "most")
            store.makes[item] = (self.context.ticks(lot.makes.after), per_ms, most)

    def _expires(self, lot: Stock, path: Steps) -> int | None:
        """Return when a lot expires (ms after the start)."""
        start = self.context.file.start.date
        if lot.expires is None or start is None:
            return None
        ticks = lot.expires.ticks(start)
        if ticks <= 0:
            what = Words(
                f"'{lot.item}' has expired before the start ({lot.expires.text})",
                f"“{lot.item}”在开始前已过期({lot.expires.text})",
            )
            self.context.add(
                "expired", what, Words("take the lot out, or correct the date", "请去掉这批,或改正日期"), *path, "expires"
            )
        return ticks

    def _room(self, position: int, entry: DepotEntry, path: Steps) -> None:
        """Warn where more lies in a depot than it has room for."""
        items = self.goods.items
        volume = sum(
            lot.amount / 1000 * items[item].volume
            for store in self.stores
            if store.depot == position
            for item, lots in store.lots.items()
            for lot in lots
        )
        if volume > entry.space.planned > 0:
            what = Words(
                f"{volume:.0f} m³ of goods lie in '{entry.id}', which has room for {entry.space.planned:.0f} m³",
                f"“{entry.id}”存放物资 {volume:.0f} m³,库容只有 {entry.space.planned:.0f} m³",
            )
            self.context.warn("no-room", what, Words("correct the stock or the space", "请核对库存或库容"), *path, "space")


def _first_out(lot: Lot) -> int:
    return UNLIMITED if lot.expires is None else lot.expires


def _is_called(entry: DepotStep | Stock) -> bool:
    """Tell whether a call is written: who, how long, or how he is reached."""
    post = getattr(entry, "post", None) or getattr(entry, "released_by", None)
    return post is not None or _has_contact(entry) or (entry.time is not None and entry.time.planned > 0)


def _has_contact(entry: Contact) -> bool:
    """Tell whether it is written how somebody is reached."""
    return any(part is not None for part in (entry.no_answer, entry.tries, entry.again, entry.second, entry.by_road))
