"""What the public sees of a run: one document, from which every page and file of a publication is made.

What indicators that are not public measured and earned stays out, and every total from which it could be
worked out (engines/disclosure.py); what else a unit's line shows (score, grade, or neither) is
said by whoever publishes. Statistics of a comparison group of fewer than three units are left out, and so
is what would give them away by subtraction. No persons are in a run.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.private import private_numbers
from zhengheng.domain.private_traces import private_traces
from zhengheng.domain.unseen import named, readings, unseen
from zhengheng.engines.bound import bound
from zhengheng.engines.disclosure import Disclosure, disclosure
from zhengheng.engines.heat import HeatMap, columns, heat_map
from zhengheng.engines.rules import rule_in, turns_in
from zhengheng.engines.run import Run, fingerprints
from zhengheng.engines.scoreboard import Line, scoreboard
from zhengheng.scheme.base import Words

Shows = Literal["score", "grade", "status"]
LIT = {"met", "watch", "missed", "unlit", "filled"}
FEWEST = 3
"""Units of a group below which its statistics are left out [D]."""


def snapshot(
    run: Run, shows: Shows, names: dict[str, tuple[str, str]], public: Sequence[Run] = ()
) -> dict[str, Any]:
    """The document. `names` gives units their Chinese and English names where the rulebook has none; `public` are the
    runs of the same period that were published already."""
    decided = disclosure(run, public)
    hidden = decided.hidden
    heat, board = heat_map(run, "zh"), scoreboard(run, "zh")
    book = run.rulebook
    said = {unit.code: _words(unit.name) for unit in (*book.units, *run.facts.units)}
    english = {c.code: c for c in columns(run, "en")}
    titles = {group.name.zh: _words(group.name) for group in book.groups}
    grades = {line.unit: line.grade for group in scoreboard(run, "en").groups for line in group.lines}  # fmt: skip
    groups = {row["unit"]: row["comparison_group"] for row in run.plan.tables["unit"]}
    marks = _marks(heat, decided, shows)
    reasons = bound(run, hidden)
    data, wording = fingerprints(book)
    return {
        "rulebook": book.code, "version": book.version, "title": _words(book.title),
        "period": run.plan.period.code, "at": run.plan.at.isoformat(), "run": run.id,
        "fingerprint": {"data": data, "wording": wording}, "shows": shows, "subject": book.subject,
        "indicators": [
            {"code": c.code, "name": {"zh": c.name, "en": english[c.code].name},
             "dimension": {"zh": c.dimension, "en": english[c.code].dimension},
             "measure_unit": _words(book.indicator(c.code).measure_unit), "direction": c.direction, "public": c.code not in hidden,
             "source": _words(book.indicator(c.code).source), "definition": _words(book.indicator(c.code).definition),
             "full_marks": _words(book.indicator(c.code).full_marks), "method": _method(run, c.code),
             "rule": dict(zip(("zh", "en"), rule_in(book.indicator(c.code), run.plan.period, run.plan.at), strict=True)),
             "turns": turns_in(book.indicator(c.code), run.plan.period, run.plan.at),
             **({"before": dict(zip(("zh", "en"), c.before, strict=True))} if c.before[0] else {})}
            for c in heat.columns
        ],
        "topics": [
            {"code": topic.code, "name": _words(topic.name), "about": _words(topic.about), "indicators": list(topic.indicators)}
            for topic in book.topics
        ],
        "groups": [
            {"name": titles.get(group.name, {"zh": group.name, "en": group.name}),
             "units": [
                 {"code": line.unit, "name": _named(line.unit, line.name, said, names),
                  "status": line.status, "counts": dict(sorted(Counter(mark["status"] for mark in marks.get(line.unit, {}).values()).items())),
                  **(_total(line, len(group.lines), decided, groups[line.unit]) if shows == "score" else {}),
                  **({"grade": {"zh": line.grade, "en": grades[line.unit]} | _bound(reasons.get(line.unit))} if shows != "status" and line.grade else {})}
                 for line in sorted(group.lines, key=lambda one: one.unit)
             ]}
            for group in board.groups
        ],
        "marks": marks,
        "ranges": _ranges(run, hidden),
    }  # fmt: skip


def _marks(heat: HeatMap, decided: Disclosure, shows: Shows) -> dict[str, dict[str, Any]]:
    """Each unit's indicators. Beside scores the light of an internal one is withheld: it narrows its points; so is one
    that would be another band of it than the one that is public."""
    found: dict[str, dict[str, Any]] = {}
    for unit, row in sorted(heat.marks.items()):
        found[unit] = {}
        for code, mark in row.items():
            inside = code in decided.hidden
            dim = inside and (shows == "score" or code in decided.dark) and mark.status in LIT
            held: dict[str, Any] = {"status": "withheld" if dim else mark.status, "full": mark.full}
            if not inside:
                held |= {"value": mark.value, "target": mark.target}
                held |= {"points": mark.points} if shows == "score" else {}
                held |= (
                    {"line": dict(zip(("zh", "en"), mark.line, strict=True))} if mark.line else {}
                )
            found[unit][code] = held
    return found


def _total(line: Line, members: int, decided: Disclosure, group: str) -> dict[str, Any]:
    """A unit's total and place, as far as no internal indicator can be worked out from them."""
    total: dict[str, Any] = {} if line.unit in decided.withheld else {"score": line.score}
    if line.unit in decided.beside:
        total = {"kept_back": "beside"}
    place = {"place": line.place, "tied": line.tied, "members": members}
    return total if group in decided.silent else total | place


def _bound(reason: tuple[str, str] | None) -> dict[str, Any]:
    """What binds a grade whatever the score is."""
    return {"bound": dict(zip(("zh", "en"), reason, strict=True))} if reason else {}


def _words(words: Words | None) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en or words.zh} if words else {"zh": "", "en": ""}


def _named(
    unit: str, name: str, said: dict[str, dict[str, str]], names: dict[str, tuple[str, str]]
) -> dict[str, str]:
    zh, en = names.get(unit, ("", ""))
    known = said.get(unit, {"zh": name, "en": name})
    return {"zh": zh or known["zh"], "en": en or known["en"]}


def _method(run: Run, code: str) -> str:
    method = run.rulebook.indicator(code).method
    return method.kind if method else ""


def _ranges(run: Run, hidden: frozenset[str]) -> dict[str, dict[str, list[str]]]:
    """Lowest and highest value of each group on each public indicator, where enough units stand behind it."""
    held: dict[str, dict[str, list[int]]] = {}
    for row in run.results.rows("indicator_score"):
        if row["value"] is not None and row["indicator"] not in hidden:
            held.setdefault(row["comparison_group"], {}).setdefault(row["indicator"], []).append(row["value"])  # fmt: skip
    decimals = {i.code: i.decimals for i in run.rulebook.indicators}
    return {
        group: {code: [format_scaled(edge(values), decimals[code]) for edge in (min, max)]
                for code, values in sorted(rows.items()) if len(values) >= FEWEST}
        for group, rows in sorted(held.items())
    }  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something in what is to be published that the public should perhaps not see."""

    where: str
    kind: str
    text: str


KINDS = {
    "identity": ("疑似身份证号", "looks like an identity number"), "phone": ("疑似手机号", "looks like a telephone number"),
    "landline": ("疑似固定电话号码", "looks like the number of a landline"),
    "account": ("疑似微信号或 QQ 号", "looks like a WeChat or QQ account"), "plate": ("疑似车牌号", "looks like a number plate"),
    "flat": ("疑似住址（单元房号）", "looks like the address of a flat"), "home": ("疑似住址", "looks like an address"),
    "card_of_service": ("疑似军人证件号", "looks like the number of a military card"),
    "card": ("疑似银行卡号", "looks like the number of a bank card"), "mail": ("电子邮箱", "an e-mail address"), "mark": ("带有内部或密级标志", "carries a mark of internal or secret papers"),
    "word": ("含内部或密级字样", "says that something is internal or secret"),
    "person": ("含工作人员姓名", "names a member of staff"), "unseen": ("含看不见的字符", "holds characters that nobody sees"),
}  # fmt: skip
_PATTERNS = {
    "mail": re.compile(
        r"[\w.+-]+@[\w-]+\.\w+"
        r"|[A-Za-z0-9_.+-]+\s{0,3}(?:@|[(\[]\s?at\s?[)\]])\s{0,3}[A-Za-z0-9-]+(?:\s{0,2}[.。]\s{0,2}[A-Za-z0-9-]+){0,3}\s{0,2}[.。]\s{0,2}[A-Za-z]{2,}"
        r"|[A-Za-z0-9_.+-]+\s{0,3}(?:@|艾特|[(\[]\s?at\s?[)\]])\s{0,3}[A-Za-z0-9-]+(?:\s{0,2}(?:点|[.。]|[(\[]?\s?dot\s?[)\]]?)\s{0,2}[A-Za-z0-9-]+){1,4}"
        r"|[A-Za-z0-9_.+-]+\s+at\s+[A-Za-z0-9-]+(?:\s+(?:dot|点)\s+[A-Za-z0-9-]+){0,3}\s+(?:dot|点)\s+(?:com|cn|net|org|edu|gov|io|cc|me|hk|tw|uk|de|info)\b", re.IGNORECASE
    ), "mark": re.compile(r"内部(?:资料|文件|材料|使用|掌握)|[(\[【]内部[)\]】]|(?:秘密|机密|绝密)[★☆]|不得外传"),
    "word": re.compile(r"内部(?!资料|文件|材料|使用|掌握|[)\]】])|(?:秘密|机密|绝密)(?![★☆])"),
}  # fmt: skip


_DIGEST = re.compile(r"(?=\d*[a-f])(?:[0-9a-f]{16}|[0-9a-f]{64})")
"""A text that is nothing but a run's name or a SHA-256: eleven digits in a row are chance there, and nobody's telephone."""


def scan(document: dict[str, Any], persons: Iterable[str]) -> list[Finding]:
    """Every text of the document that holds something personal or internal, however its characters are written."""
    people = [name for name in persons if len(name) >= 2]
    found: list[Finding] = []
    for where, written in texts_of(document):
        if _DIGEST.fullmatch(written):
            continue
        read = readings(written)
        for text in read:
            found += [Finding(where, kind, digits) for kind, digits in private_numbers(text)]
            found += [Finding(where, kind, said) for kind, said in private_traces(text)]
            for kind, pattern in _PATTERNS.items():
                found += [Finding(where, kind, one.group()) for one in pattern.finditer(text)]
        found += [Finding(where, "unseen", named([mark])) for mark in unseen(written)]
        found += [Finding(where, "person", name) for name in people if name in read[0]]
    return list(dict.fromkeys(found))


def texts_of(held: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with its place, as /name/0/name."""
    if isinstance(held, str):
        yield where, held
    elif isinstance(held, dict):
        for name, value in held.items():
            yield from texts_of(value, f"{where}/{name}")
    elif isinstance(held, list):
        for place, value in enumerate(held):
            yield from texts_of(value, f"{where}/{place}")
