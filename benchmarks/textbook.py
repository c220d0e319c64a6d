"""The response model in plain SimPy, as a textbook would write it: the peer that the engine is timed against.

One process an incident, a PriorityResource for "somebody is free", an interrupt to call a team back while it drives home.
Straight-line travel, whole milliseconds. Rows are those of the event log (see docs): (time, kind, incident, need, team,
mission, request, region, depot, item, quantity, place, ref, cause); ref is the index of the row that caused this one.
"""
import math
import random
from typing import NamedTuple

import simpy

MINUTE = 60_000


Call = NamedTuple("Call", [(name, int) for name in ("time", "place", "priority", "handling", "turnout", "work")])


def draw_calls(n, mean_gap, places, seed=1):
    """Yield n routine calls: Poisson arrivals, lognormal turn-out and work (medians 2 and 40 min)."""
    rng = random.Random(seed)
    time = 0.0
    for _ in range(n):
        time += rng.expovariate(1 / mean_gap)
        yield Call(round(time), rng.randrange(places), 1 + rng.randrange(3), MINUTE,
                   round(2 * MINUTE * rng.lognormvariate(0, 0.5)), round(40 * MINUTE * rng.lognormvariate(0, 0.6)))


class Team:
    def __init__(self, index, x, y):
        self.index, self.x, self.y, self.free = index, x, y, True
        self.way_home = None  # the process that drives home, while it does
        self.start = (x, y, 0, 0)  # where and when the way home began, and when it ends


class Dispatch:
    """Nearest available team; calls wait by priority, then in order."""

    def __init__(self, teams, places, speed_kmh, detour, planned_turnout):
        self.env = simpy.Environment()
        self.teams = [Team(i, x, y) for i, (x, y) in enumerate(teams)]
        self.places = places
        self.ms_per_m = 3600.0 * detour / speed_kmh
        self.planned_turnout = planned_turnout
        self.anyone = simpy.PriorityResource(self.env, capacity=len(teams))
        self.missions, self.rows = 0, []

    def log(self, kind, incident=-1, need=-1, team=-1, mission=-1, quantity=0, place=-1, ref=-1, cause=""):
        self.rows.append((self.env.now, kind, incident, need, team, mission, -1, -1, -1, -1, -1, quantity, place, ref, cause))
        return len(self.rows) - 1

    def drive(self, x0, y0, x1, y1):
        return round(math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)) * self.ms_per_m)

    def position(self, team):
        if team.way_home is None:
            return team.x, team.y
        x, y, began, ends = team.start
        share = (self.env.now - began) / (ends - began) if ends > began else 1.0
        return x + share * (team.x - x), y + share * (team.y - y)

    def choose(self, call):
        x1, y1 = self.places[call.place]
        best, best_eta = None, math.inf
        for team in self.teams:
            if team.free:
                eta = self.drive(*self.position(team), x1, y1) + (self.planned_turnout if team.way_home is None else 0)
                best, best_eta = (team, eta) if eta < best_eta else (best, best_eta)
        return best

    def incident(self, number, call):
        env, log = self.env, self.log
        ref = log("incident.alarm", number, place=call.place)
        yield env.timeout(call.handling)
        ref = log("need.raised", number, 0, quantity=1, place=call.place, ref=ref)
        with self.anyone.request(priority=call.priority) as turn:
            if not turn.triggered:
                ref = log("need.waiting", number, 0, quantity=1, place=call.place, ref=ref, cause="nobody_free")
            yield turn
            team = self.choose(call)
            mission, self.missions = self.missions, self.missions + 1
            x0, y0 = self.position(team)
            turnout = call.turnout if team.way_home is None else 0
            team.free = False
            if team.way_home is not None:
                team.way_home.interrupt("called back")
                team.way_home = None
            ref = log("team.ordered", number, 0, team.index, mission, place=call.place, ref=ref, cause="nearest_idle")
            yield env.timeout(turnout)
            ref = log("team.departed", number, 0, team.index, mission, place=call.place, ref=ref)
            x1, y1 = self.places[call.place]
            yield env.timeout(self.drive(x0, y0, x1, y1))
            ref = log("team.arrived", number, 0, team.index, mission, place=call.place, ref=ref)
            log("incident.complete", number, place=call.place, ref=ref)
            ref = log("team.working", number, 0, team.index, mission, place=call.place, ref=ref)
            yield env.timeout(call.work)
            ref = log("team.released", number, 0, team.index, mission, place=call.place, ref=ref, cause="work_done")
            log("incident.closed", number, place=call.place, ref=ref)
            team.free = True
            team.way_home = env.process(self.go_home(team, number, mission, x1, y1, ref))

    def go_home(self, team, number, mission, x, y, ref):
        away = self.drive(x, y, team.x, team.y)
        team.start = (x, y, self.env.now, self.env.now + away)
        try:
            yield self.env.timeout(away)
            team.way_home = None
            self.log("team.home", number, -1, team.index, mission, ref=ref)
        except simpy.Interrupt:
            pass

    def arrivals(self, calls):
        for number, call in enumerate(calls):
            yield self.env.timeout(call.time - self.env.now)
            self.env.process(self.incident(number, call))

    def run(self, calls):
        self.env.process(self.arrivals(calls))
        self.env.run()
        return self.rows
