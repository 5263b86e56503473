"""A draft's indicators in forms: written, changed and taken out, cell by cell, with the check's word after each act."""

from typing import Any

from zhengheng.scheme.amend import amended, removed
from zhengheng.scheme.model import Rulebook
from zhengheng.web.acts.declare import Change, Doing, Given, ask
from zhengheng.web.files.services import take_in
from zhengheng.web.rulebooks import services
from zhengheng.web.rulebooks.drafting import shown, written


class CellGiven(Given):
    key: str = ask("单元格 (如 method/target)", "Cell (such as method/target)", max_length=120)
    value: str = ask(
        "改为 (空: 删去)", "New value (empty: removed)", "", max_length=4000, marks=True
    )


class WeightGiven(Given):
    column: str = ask("类别或单位 (* 为全部)", "Category or unit (* for all)", max_length=100)
    value: str = ask("权重", "Weight", "", max_length=40)


class AmendGiven(Given):
    indicator: str = ask("指标代码 (新代码即新指标)", "Indicator (a new code makes a new one)", max_length=64)  # fmt: skip
    cells: list[CellGiven] = ask("单元格", "Cells", [])
    dimension: str | None = ask("所属维度", "Dimension it hangs under", None, max_length=64)
    weights: list[WeightGiven] = ask("权重 (整行替换)", "Weights (the whole row)", [])


def amend(doing: Doing) -> Change:
    """One indicator as the form has it. A draft may be wrong on the way; the consultation opens on a sound one."""
    given: AmendGiven = doing.given
    book = amended(
        shown(doing.obj), given.indicator, {cell.key: cell.value for cell in given.cells}, dimension=given.dimension,
        weights={one.column: one.value for one in given.weights} if given.weights else None,
    )  # fmt: skip
    return _kept(doing, written(doing.obj, book), given.model_dump())


class RemoveGiven(Given):
    indicator: str = ask("指标", "Indicator", max_length=64)
    reason: str = ask("理由", "Reason", form="text")


def remove(doing: Doing) -> Change:
    book = removed(shown(doing.obj), doing.given.indicator)
    return _kept(doing, written(doing.obj, book), doing.given.model_dump())  # fmt: skip


def _kept(doing: Doing, book: Rulebook, content: dict[str, Any]) -> Change:
    """Kept as the file that an official could have uploaded, with what the check finds in it."""
    file = take_in(name=f"{book.code}.zip", content=services.packed(book), actor=doing.actor, now=doing.now)  # fmt: skip
    checked, findings = services.read_draft(file.pk, own=True)
    fields = services.fields_of(checked, findings, doing.obj.period)
    content |= {"fingerprint": fields["fingerprint"], "wording": fields["wording"]}
    return Change({**fields, "files": [*doing.obj.files, file.pk]}, content)
