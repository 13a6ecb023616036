"""From a seed to what happens when. Each seed has one theme or two, and weather of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.simulation import faults
from tests.simulation.chance import stream
from tests.simulation.faults import Happening
from tests.simulation.kiosk import KeysOnDisk, Kiosk
from tests.simulation.world import PREFIXES, World, template


@dataclass
class Plan:
    """What happens in a run, each at its second."""

    world: World
    chance: Random
    length: float
    events: list[tuple[float, Happening]] = field(default_factory=list)

    @property
    def kiosk(self) -> Kiosk:
        """One of them."""
        return self.chance.choice(list(self.world.kiosks.values()))

    def add(self, happening: Happening, at: float | None = None) -> None:
        when = self.chance.random() * self.length if at is None else at
        self.events.append((when, happening))


Theme = Callable[[Plan], None]


def network(plan: Plan) -> None:
    for _ in range(2):
        plan.add(faults.outage(plan.world, plan.kiosk, plan.chance))
    plan.add(faults.closed(plan.world, plan.chance), plan.length)


def popular(plan: Plan) -> None:
    plan.add(faults.popular(plan.world, plan.kiosk))
    plan.add(faults.outage(plan.world, plan.kiosk, plan.chance))


def power(plan: Plan) -> None:
    for _ in range(3):
        plan.add(faults.dying(plan.world, plan.kiosk, plan.chance))


def disk(plan: Plan) -> None:
    for _ in range(3):
        plan.add(faults.failing(plan.world, plan.kiosk, plan.chance))
    plan.add(faults.dying(plan.world, plan.kiosk, plan.chance))


def clock(plan: Plan) -> None:
    for _ in range(3):
        plan.add(faults.wrong_clock(plan.world, plan.kiosk, plan.chance))
    plan.add(faults.night(plan.world, plan.chance))


def server(plan: Plan) -> None:
    for _ in range(3):
        plan.add(faults.server_dying(plan.world, plan.chance))


def restore(plan: Plan) -> None:
    begins = plan.chance.random() * plan.length * 0.5
    after = plan.chance.random() * plan.length * 0.5
    plan.add(faults.restored(plan.world, plan.chance, after), begins)
    news = begins + 0.5 * after
    plan.add(faults.announced(plan.world, plan.chance), news)
    for _ in range(2):
        plan.add(faults.dying(plan.world, plan.kiosk, plan.chance), begins + after + 2)


def rotation(plan: Plan) -> None:
    at = plan.chance.random() * plan.length * 0.4
    plan.add(faults.night(plan.world, plan.chance, days=91), at + 0.02)
    if plan.chance.random() < 0.5:
        after = plan.chance.random() * 0.5 * plan.length
        plan.add(faults.restored(plan.world, plan.chance, after), at + 0.01)
    for _ in range(2):
        plan.add(faults.dying(plan.world, plan.kiosk, plan.chance), at + plan.chance.random() * 9)


def fence(plan: Plan) -> None:
    plan.add(faults.fence(plan.world, plan.kiosk))


def copy(plan: Plan) -> None:
    plan.add(faults.copied(plan.world, plan.kiosk), plan.length * plan.chance.random() * 0.6)


def old_disk(plan: Plan) -> None:
    begins, after = plan.chance.random() * plan.length * 0.5, plan.length * 0.4
    plan.add(faults.old_disk(plan.world, plan.kiosk, after), begins)
    plan.add(faults.check(plan.world, plan.kiosk, plan.chance), begins + 0.3 * after)


def skew(plan: Plan) -> None:
    plan.world.server.newer = False
    for _ in range(3):
        plan.add(faults.number(plan.world, plan.kiosk))
    if plan.chance.random() < 0.5:
        plan.add(faults.upgraded(plan.world))


def news(plan: Plan) -> None:
    keys = plan.chance.choice((2, 5, 230))
    for _ in range(4):
        plan.add(faults.announced(plan.world, plan.chance, keys, plan.kiosk))


def staff(plan: Plan) -> None:
    plan.add(faults.enrolled(plan.world, plan.kiosk))
    plan.add(faults.outage(plan.world, plan.kiosk, plan.chance))


THEMES: tuple[Theme, ...] = (
    *(network, power, disk, clock, server, restore, popular),
    *(rotation, fence, copy, old_disk, skew, news, staff),
)


def planned(world: World) -> Plan:
    """The plan of the world's seed; its kiosks are made."""
    chance = stream(world.seed, "plan")
    plan = Plan(world, chance, 20 + 35 * chance.random())
    _kiosks(plan)
    _weather(plan)
    themes = chance.sample(THEMES, 2 if chance.random() < 0.5 else 1)
    for theme in themes:
        world.note(f"theme {theme.__name__}")
        theme(plan)
    for _ in range(chance.randrange(3, 9)):
        plan.add(faults.check(world, plan.kiosk, chance))
    plan.events.sort(key=lambda event: event[0])
    return plan


def _kiosks(plan: Plan) -> None:
    chance, known = plan.chance, template()
    for prefix in PREFIXES[: 2 if chance.random() < 0.3 else 1]:
        image, keys = known.kiosks[prefix]
        pack = chance.random() < 0.6
        if chance.random() < 0.1:
            # This one comes new out of the box, and somebody enrols it.
            kiosk = plan.world.add_kiosk(prefix, prefix, {}, KeysOnDisk(), pack=pack)
            plan.add(faults.enrolled(plan.world, kiosk))
        else:
            plan.world.add_kiosk(prefix, prefix, image, keys.copy(), pack=pack)


def _weather(plan: Plan) -> None:
    chance, weather = plan.chance, plan.world.weather
    for fault in ("lost", "late", "repeated", "unanswered", "lies", "busy", "wedged"):
        if chance.random() < 0.35:
            setattr(weather, fault, chance.choice((0.03, 0.1, 0.25)))
    weather.wedged = min(weather.wedged, 0.03)
