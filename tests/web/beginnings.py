"""What many tests begin with: made by its acts once in a process, put back as rows and files for the tests after it.

A beginning is put back only where everything stands as it stood when it was made: the clock, the rows, the files of the
home, and nothing else patched. Otherwise it is made anew.
"""

import copy
import functools
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from zhengheng.web.ledger.models import LedgerEntry

P = ParamSpec("P")
A = TypeVar("A")
T = TypeVar("T")
Model = type[models.Model]
Values = list[tuple[Any, ...]]

OURS = frozenset({"HOME", "FIXED_CLOCK"})
"""What of a test's patches a beginning knows, and puts back by itself."""
_HELD: dict[tuple[Any, ...], "Beginning"] = {}
_FOLDER = tempfile.TemporaryDirectory(prefix="zhengheng-begun-")


@dataclass(frozen=True)
class Beginning:
    """The tables that it changed, before and after; the files of the home, where it writes any."""

    before: dict[Model, Values]
    after: dict[Model, list[models.Model]]
    files: Path | None
    clock: str
    answer: Any

    def fits(self) -> bool:
        return all(_values(model) == rows for model, rows in self.before.items())

    def put(self) -> None:
        with transaction.atomic():  # rows that refer to each other fit at its end
            self._put_rows()
        if self.files is not None:
            shutil.copytree(self.files, settings.HOME, dirs_exist_ok=True)

    def _put_rows(self) -> None:
        for model, rows in self.after.items():
            held = model._base_manager.all()
            held._raw_delete(held.db)
            model._base_manager.bulk_create(rows)


def rows_of(name: str, make: Callable[[], None]) -> None:
    """Have a beginning made that writes rows and no files."""
    _begun((name, _last()), make, files=False)


def beginning(make: Callable[Concatenate[T, P], A]) -> Callable[Concatenate[T, P], A]:
    """Have it made by a town; what else it is given and what it answers are plain, or rows of the database."""

    @functools.wraps(make)
    def begin(town: T, *args: P.args, **named: P.kwargs) -> A:
        patch: Any = getattr(town, "patch", None)
        if not _is_plain(patch):
            return make(town, *args, **named)
        given = (*map(_named, args), *sorted(named.items()))
        key = (make.__module__, make.__name__, repr(given), settings.FIXED_CLOCK, _rows(), _files())
        held = _begun(key, lambda: make(town, *args, **named), files=True)
        patch.setattr(settings, "FIXED_CLOCK", held.clock)
        found: A = held.answer() if callable(held.answer) else copy.deepcopy(held.answer)
        return found

    return begin


def _begun(key: tuple[Any, ...], make: Callable[[], Any], *, files: bool) -> Beginning:
    held = _HELD.get(key)
    if held is not None and held.fits():
        held.put()
        return held
    before = {model: _values(model) for model in _models()}
    answer = make()
    changed = {model: rows for model, rows in before.items() if _values(model) != rows}
    after = {model: list(model._base_manager.order_by("pk")) for model in changed}
    folder = Path(tempfile.mkdtemp(dir=_FOLDER.name)) if files else None
    if folder is not None:
        shutil.copytree(settings.HOME, folder, dirs_exist_ok=True)
    if isinstance(answer, models.Model):
        answer = functools.partial(type(answer)._base_manager.get, pk=answer.pk)
    made = _HELD[key] = Beginning(changed, after, folder, settings.FIXED_CLOCK, answer)
    return made


def _is_plain(patch: Any) -> bool:
    """Whether the home is the test's own, and nothing is patched that could make the beginning another one."""
    changed = {name for _, name, _ in getattr(patch, "_setattr", ())}
    return "HOME" in changed <= OURS and not patch._setitem


def _named(one: Any) -> Any:
    return (type(one).__name__, one.pk) if isinstance(one, models.Model) else one


def _last() -> tuple[int, bytes] | None:
    """The ledger's last entry, by which two databases of the same acts are known."""
    found = LedgerEntry.objects.order_by("-sequence").values_list("sequence", "leaf").first()
    return None if found is None else (found[0], bytes(found[1]))


def _rows() -> str:
    """All rows of the database: a test may have written some beside the acts."""
    held = hashlib.sha256()
    for model in _models():
        held.update(repr((model.__name__, _values(model))).encode())
    return held.hexdigest()


def _files() -> str:
    """All files of the home, by their names and contents."""
    home, held = Path(settings.HOME), hashlib.sha256()
    for path in sorted(home.rglob("*")):
        if path.is_file():
            held.update(
                f"{path.relative_to(home)}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
            )
    return held.hexdigest()


def _models() -> list[Model]:
    """Those that have a table here: a test may bring models of its own."""
    names = set(connection.introspection.table_names())
    found = apps.get_models(include_auto_created=True)
    return [one for one in found if one._meta.managed and one._meta.db_table in names]


def _values(model: Model) -> Values:
    rows = model._base_manager.order_by("pk").values_list()
    return [
        tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows
    ]
