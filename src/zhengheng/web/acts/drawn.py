"""The check of draws by lot: each used the secret that was sealed for it beforehand, and gave who or what it says."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.apps import apps

from zhengheng.domain.lots import draw
from zhengheng.ledger.check import Finding
from zhengheng.ledger.entry import SEALED, Entry
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.told import subjects
from zhengheng.web.ledger.draws import Sealed, fits, kept_seed, sealed
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.ledger.selectors import entry
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import samples_of

DRAWN = {"appeal.draw": "pool", "audit.draw": "drawn_from"}
"""Acts that draw by lot, and where their entries have the names that were drawn from."""


def wrong_draws() -> Iterator[Finding]:
    """Draws without a sealed secret, with another one, or with another outcome; secrets that wait and are not as sealed."""
    rows = LedgerEntry.objects.filter(act=SEALED).order_by("sequence")
    seals = {one.sequence: one for row in rows if isinstance((one := entry(row)).content, dict)}
    if not seals:
        return  # an installation of an earlier release: nothing was sealed yet
    used: dict[int, int] = {}
    unknown: Counter[str] = Counter()
    for row in LedgerEntry.objects.filter(act__in=DRAWN).order_by("sequence").iterator(chunk_size=500):  # fmt: skip
        held = entry(row)
        if held.content is None:
            unknown[_sealed_for(held, {})] += 1  # beyond its time
        elif "sealed" in held.content or held.sequence > min(seals):
            yield from _draw(held, held.content, seals, used)
    yield from _unused(seals, used, unknown)


def _draw(held: Entry, content: dict[str, Any], seals: dict[int, Entry], used: dict[int, int]) -> Iterator[Finding]:  # fmt: skip
    if content.get("kept") and not content.get("drawn"):
        return  # the panel of an earlier appeal on the same matter goes on, and nobody was drawn
    seed, at = str(content.get("seed")), content.get("sealed")
    seal = seals.get(at) if isinstance(at, int) else None
    if seal is None or seal.sequence > held.sequence or seal.subject != _sealed_for(held, content):
        yield _wrong(
            held.subject,
            held.sequence,
            "抽签之前没有为它封存种子",
            "no secret was sealed for it beforehand",
        )
        return
    if seal.sequence in used:
        yield _wrong(
            held.subject, held.sequence, f"第 {used[seal.sequence]} 条的抽签已经用过同一个种子", f"the draw of entry {used[seal.sequence]} used the same secret"
        )  # fmt: skip
    used[seal.sequence] = held.sequence
    if not fits(seed, str((seal.content or {}).get("sha256"))):
        yield _wrong(
            held.subject, held.sequence, f"所用的种子与第 {seal.sequence} 条封存的摘要不符", f"its secret is not the one that entry {seal.sequence} sealed"
        )  # fmt: skip
    if not _as_the_lots(content, content.get(DRAWN[held.act]), seed):
        yield _wrong(
            held.subject,
            held.sequence,
            "抽中的不是按种子应抽中的",
            "what was drawn is not what the secret gives",
        )


def _as_the_lots(content: dict[str, Any], among: Any, seed: str) -> bool:
    """Whether the secret gives what was drawn; people are drawn by the names they are called by, which stand beside them."""
    drawn, names = content.get("drawn"), content.get("names", among)
    if not isinstance(drawn, list) or not isinstance(names, list) or not isinstance(among, list):
        return False
    if len(names) != len(among):
        return False
    whose = dict(zip(map(str, names), map(str, among), strict=True))
    return sorted(whose[name] for name in draw(whose, seed, len(drawn))) == sorted(map(str, drawn))


def _sealed_for(held: Entry, content: dict[str, Any]) -> str:
    """What the secret of a draw is sealed for: the appeal itself, or the samples of the rulebook's year."""
    if held.act == "appeal.draw":
        return f"draw:{held.subject}"
    number = held.subject.partition(":")[2]
    # By the name of the app alone: audits stand on acts, not the other way round.
    known = apps.get_model("audits.Audit")._default_manager.filter(
        pk__in=[number] if number.isdecimal() else []
    )
    audit = known.select_related("rulebook").first()
    return f"draw:{content.get('of') if audit is None else samples_of(audit.rulebook)}"


def _unused(
    seals: dict[int, Entry], used: dict[int, int], unknown: Counter[str]
) -> Iterator[Finding]:
    """Of each object one secret waits, and it is the sealed one; whoever sealed again to get a better one is found."""
    waiting: dict[str, list[Entry]] = defaultdict(list)
    for seal in seals.values():
        waiting[seal.subject].append(seal)
    for subject, all_of_it in waiting.items():
        *earlier, newest = all_of_it
        for seal in earlier:
            if seal.sequence in used:
                continue
            if unknown[subject]:
                unknown[subject] -= 1
                continue
            yield _wrong(
                _named(subject), seal.sequence, f"第 {seal.sequence} 条封存的种子没有用于抽签，又另外封存了一个", f"the secret that entry {seal.sequence} sealed was not used, and another was sealed"
            )  # fmt: skip
        yield from _waits(subject, newest, used)


def _waits(subject: str, newest: Entry, used: dict[int, int]) -> Iterator[Finding]:
    of = subject.partition(":")[2]
    held: Sealed | None = sealed(of)
    if newest.sequence in used or held is None:
        return
    seed = kept_seed(of, held)
    if seed is None:
        yield _wrong(
            _named(subject),
            newest.sequence,
            "待用的种子不见了",
            "the secret that waits for it is gone",
        )
    elif not fits(seed, held.sha256):
        yield _wrong(
            _named(subject), newest.sequence, f"待用的种子与第 {newest.sequence} 条封存的摘要不符", f"the secret that waits for it is not the one that entry {newest.sequence} sealed"
        )  # fmt: skip


def _named(subject: str) -> str:
    return subject.partition(":")[2]


def _wrong(subject: str, at: int, zh: str, en: str) -> Finding:
    named = _words(subject)
    return Finding(
        "draw",
        at,
        at,
        f"{named[0]}的抽签有问题：{zh}",
        f"the draw of {named[1]} is not in order: {en}",
    )


def _words(subject: str) -> Words:
    """What is drawn for, as people call it."""
    area, _, number = subject.partition(":")
    if area == "samples":
        code, _, period = number.rpartition("/")
        return samples(code, period)
    return subjects([subject])[subject]


def samples(code: str, period: str) -> Words:
    """The samples of a rulebook's year, by its title."""
    one = RulebookVersion.objects.filter(code=code, period=period).order_by("-pk").first()
    title = (one.title_zh, one.title_en or one.title_zh) if one is not None else (code, code)
    return f"{title[0]} {period} 抽样核查", f"the sample checks of {title[1]} {period}"
