"""Who is asked for a value: whoever supplies it, and for a unit that ended whoever took its people and matters over."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from zhengheng.domain.periods import ended_before
from zhengheng.scheme.base import Text
from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.acts.declare import Words
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import all_heirs


class Suppliers:
    """The organisation as it is read once, and what could not be asked."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._units = {unit.code: unit for unit in Unit.objects.all()}
        self.heirs = all_heirs(day)
        self._peopled = set(
            standing(day)
            .filter(account__is_active=True, unit__isnull=False)
            .values_list("unit__code", flat=True)
        )
        self._asked: dict[str, Indicator] = {}
        self._missed: dict[tuple[str, str], list[Words]] = defaultdict(list)
        self._left: list[Words] = []
        self._empty: dict[str, str] = {}

    def of(self, code: str) -> str | None:
        """Who supplies for a unit now: itself, or the heir where its people are; None where nobody can be asked."""
        held = self._units.get(code)
        if held is None:
            return None
        if not ended_before(held.valid_to, self._day):
            return code
        there = [one for one in self.heirs.get(code, ()) if one in self._units and not ended_before(self._units[one].valid_to, self._day)]  # fmt: skip
        return next((one for one in there if one in self._peopled), next(iter(there), None))

    def ask(self, indicator: Indicator, unit: str, name: Text) -> str | None:
        """Who is asked for a unit's value of an indicator; where nobody is, or nobody is there yet, that is noted down."""
        code = unit if indicator.supplier == "unit" else indicator.supplier or ""
        found = self.of(code)
        if found is None:
            self._asked[indicator.code] = indicator
            self._missed[code, indicator.code].append(self._named(unit, name))
        elif found != code and found not in self._peopled:
            self._empty[code] = found
        return found

    def passes(self, unit: str, name: Text, codes: Collection[str], *, there: bool) -> bool:
        """Whether nothing is asked about an assessed unit of the period; where that leaves a gap, it is noted down.

        `there` says whether it stood in the period, and not only up to some day before its end: else its value is that
        of the heir, where the rulebook has one. Who begins after the period, or ended before it without an heir, owes nothing.
        """
        held, (zh, en) = self._units.get(unit), self._named(unit, name)
        after = [one for one in self.heirs.get(unit, ()) if one in self._units]
        if held is None:
            self._left.append((
                f"被考核单位“{zh}”没有在组织机构中登记，没有布置其任何数据。请系统管理员登记该单位后再布置一次。",
                f"the assessed unit {en} is not registered, so nothing is asked about it: let the system administrator register it, then open the reports again",
            ))  # fmt: skip
        elif not there and after and not set(after) & set(codes):
            heirs_zh, heirs_en = "、".join(f"“{self._units[one].name_zh}”" for one in after), ", ".join(self._units[one].told()[1] for one in after)  # fmt: skip
            self._left.append((
                f"“{zh}”已于 {held.valid_to} 撤销，由{heirs_zh}承继，方案还没有写明承继，两方面的数据都没有布置。请绩效办在“机构变动”中生成方案修订草案（已经生成的，按程序办理生效）；方案生效后再布置一次。",
                f"{en} ended on {held.valid_to} and {heirs_en} goes on for it, but the rulebook does not say so yet: nothing is asked about either. The office drafts the amendment at the reorganisation, or puts the draft that there is in force; open the reports again after that",
            ))  # fmt: skip
        return held is None or not there

    def unasked(self) -> list[dict[str, str]]:
        """What nobody was asked for, in sentences that name the indicator, the units and whoever should have supplied it."""
        found = list(self._left)
        for (code, indicator), units in self._missed.items():
            one, (why_zh, why_en) = self._asked[indicator], self._why(code)
            found.append((
                f"指标“{one.code} {one.name.zh}”没有布置（被考核单位：{'、'.join(zh for zh, _ in units)}）：{why_zh}。请在方案中写明由哪个单位提供，再布置一次。",
                f"nobody was asked for {one.code} {one.name.say('en')} (of {', '.join(en for _, en in units)}): {why_en}. Name another supplier in the rulebook, then open the reports again",
            ))  # fmt: skip
        return [{"zh": zh, "en": en} for zh, en in found]

    def unattended(self) -> list[dict[str, str]]:
        """Heirs that were asked and where nobody holds a role yet."""
        found = []
        for code, asked in sorted(self._empty.items()):
            old, heir = self._units[code], self._units[asked]
            others = [self._units[one] for one in self.heirs[code] if one in self._units]
            zh, en = "、".join(f"“{one.name_zh}”" for one in others), ", ".join(one.told()[1] for one in others)  # fmt: skip
            found.append({
                "zh": f"应由“{old.name_zh}”提供的数据：该单位已撤销，承继单位{zh}都还没有人员，已布置给“{heir.name_zh}”。请安全保密管理员授予其角色。",
                "en": f"what {old.told()[1]} supplied: it ended, and at its heirs ({en}) nobody holds a role yet; it is asked of {heir.told()[1]}. Let the secrecy and security officer give roles there",
            })  # fmt: skip
        return found

    def _named(self, code: str, name: Text) -> Words:
        """A unit as the organisation calls it, else the rulebook."""
        held = self._units.get(code)
        return held.told() if held else (name.zh, name.say("en"))

    def _why(self, code: str) -> Words:
        held = self._units.get(code)
        if held is None:
            return (
                f"数据提供单位（{code}）没有在组织机构中登记",
                f"its supplier ({code}) is not registered",
            )
        zh, en = held.told()
        return f"数据提供单位“{zh}”已于 {held.valid_to} 撤销，没有承继单位", f"its supplier, {en}, ended on {held.valid_to} without an heir"  # fmt: skip
